"""Columns of a ranking; part of `exposure.scoring.columns`."""

from exposure.scoring.column import NAME, SECTOR, Column, Form

RANKING = (
    Column(
        "rank",
        "Place by score, 1 being hit worst; equal scores share a place (1, 1, 3).",
        form=Form.WHOLE,
        heading="Rank",
        short="#",
    ),
    Column(
        "rank_p05",
        "Best rank: with a probability of 5 % the sector holds it or a better one.",
        form=Form.WHOLE,
        heading="Rank, 5–\u206095\u00a0%",
        short="5–95 %",
        note="rank over draws",
        until="rank_p95",
    ),
    Column(
        "rank_p95",
        "Worst rank: with a probability of 95 % the sector holds it or a better one.",
        form=Form.WHOLE,
    ),
    Column(
        "band",
        "Band, 1 being hit worst; sectors of one band cannot be distinguished.",
        form=Form.WHOLE,
        heading="Band",
        short="band",
        note="sectors of one band cannot be distinguished",
    ),
    SECTOR,
    NAME,
    Column(
        "score",
        "Discounted share of the horizon's output at risk, 0 (nothing) to 100 (everything): a "
        "weighted mean of the expected loss and of the tail loss, averaged over draws.",
        unit="points",
        form=Form.POINTS,
        heading="Score",
        short="score",
        note="share of the output of {weeks} from {first_day} at risk, early weeks counting more; "
        "0 to 100",
        error="score_se",
    ),
    Column(
        "score_p05",
        "5th percentile of the score over draws: one draw in twenty is lower.",
        unit="points",
        form=Form.POINTS,
        heading="5–\u206095\u00a0%",
        short="5–95 %",
        note="over draws",
        until="score_p95",
    ),
    Column(
        "score_p95",
        "95th percentile of the score over draws: one draw in twenty is higher.",
        unit="points",
        form=Form.POINTS,
    ),
    Column(
        "score_se",
        "Monte Carlo standard error of the score; empty for a single draw.",
        unit="points",
        form=Form.POINTS,
        nullable=True,
    ),
    Column(
        "expected_loss_share",
        "Discounted share of output lost, averaged over the scenarios of a mixture; 0 to 1.",
        unit="share",
        form=Form.PERCENT,
        heading="Expected loss, %",
        mixtures_only=True,
    ),
    Column(
        "cvar_loss_share",
        "The same over the worst scenarios of a mixture only (conditional value at risk); 0 to 1. "
        "Equal to the expected loss for a single scenario.",
        unit="share",
        form=Form.PERCENT,
        heading="Tail loss, %",
        mixtures_only=True,
    ),
    Column(
        "first_hit_date_p50",
        "First day of the first week in which more is lost at the line than the threshold of the "
        "settings, median over draws; empty where half or more of the draws never reach it.",
        form=Form.DAY,
        nullable=True,
        heading="First hit",
        short="first hit",
        note="first week with more than {threshold} % of output lost at the line (median)",
    ),
    Column(
        "weeks_to_impact_p50",
        "Weeks before the first week in which more is lost than the threshold of the settings, "
        "median over draws; empty where half or more of the draws never reach it.",
        unit="week",
        form=Form.WEEKS,
        nullable=True,
    ),
    Column(
        "p_top3",
        "Probability, over draws, of a place among the first three; empty where no more than "
        "three sectors are ranked.",
        unit="probability",
        form=Form.PROBABILITY,
        nullable=True,
        heading="P(top\u00a03)",
    ),
    Column(
        "value_at_risk_usd_per_year",
        "Value added lost a year, net of what is made up later, in constant 2023 USD, mean over "
        "draws of lost share times value added; empty where the value added is not in the tables.",
        unit="USD of 2023 a year",
        form=Form.BILLIONS,
        nullable=True,
        heading="At risk, USD\u00a0bn/yr",
        short="USD bn/yr",
        note="value added at risk a year, net of what is made up later, constant 2023 USD",
        error="value_at_risk_se",
    ),
    Column(
        "value_at_risk_p05",
        "5th percentile of value_at_risk_usd_per_year over draws, in which the loss and the value "
        "added vary.",
        unit="USD of 2023 a year",
        form=Form.BILLIONS,
        nullable=True,
    ),
    Column(
        "value_at_risk_p95",
        "95th percentile of value_at_risk_usd_per_year over draws, in which the loss and the value "
        "added vary.",
        unit="USD of 2023 a year",
        form=Form.BILLIONS,
        nullable=True,
    ),
    Column(
        "value_at_risk_se",
        "Monte Carlo standard error of value_at_risk_usd_per_year; empty for a single draw.",
        unit="USD of 2023 a year",
        form=Form.BILLIONS,
        nullable=True,
    ),
    Column(
        "value_at_risk_gross_usd_per_year",
        "The same, with nothing made up later.",
        unit="USD of 2023 a year",
        form=Form.BILLIONS,
        nullable=True,
    ),
    Column(
        "unmet_tonnes_per_year",
        "Need that is not met, all elements together, mean over draws.",
        unit="t/yr",
        form=Form.NUMBER,
        heading="Short, t/yr",
        error="unmet_tonnes_se",
    ),
    Column(
        "unmet_tonnes_se",
        "Monte Carlo standard error of unmet_tonnes_per_year; empty for a single draw.",
        unit="t/yr",
        form=Form.NUMBER,
        nullable=True,
    ),
    Column(
        "main_driver",
        "Element to which most of the score is due, and the stage at which its supply last leaves "
        "China and is held up most; empty at score 0.",
        heading="Main driver",
        short="main driver",
    ),
    Column(
        "implied_so_far",
        "Share of output lost in the observed quarters according to the draws, mean; empty where "
        "nothing is observed.",
        unit="share",
        form=Form.PERCENT,
        nullable=True,
        heading="Implied so far, %",
        short="implied",
        note="share of output that the model says was lost so far",
        error="implied_so_far_se",
    ),
    Column(
        "implied_so_far_se",
        "Upper bound of the Monte Carlo standard error of implied_so_far: the mean of the "
        "quarters' errors; empty where nothing is observed.",
        unit="share",
        form=Form.NUMBER,
        nullable=True,
    ),
    Column(
        "seen_so_far",
        "Share of output observed to be lost in the same quarters, central value; empty where "
        "nothing is observed.",
        unit="share",
        form=Form.PERCENT,
        nullable=True,
        heading="Seen so far, %",
        short="seen",
        note="share of output seen to be lost so far",
    ),
    Column(
        "prior_inside_share",
        "Share of the draws of the tables alone that lie inside every observed range of the "
        "sector; empty where nothing is observed.",
        unit="share",
        form=Form.WHOLE_PERCENT,
        nullable=True,
        heading="All draws inside, %",
    ),
    Column(
        "refuted",
        "Whether the record refutes the model for this sector: under 5 % of the draws of the "
        "tables alone agree with it, and the sector would not have been predicted without its own "
        "record; empty where nothing is observed.",
        form=Form.YES_NO,
        nullable=True,
        heading="Refuted",
    ),
    Column(
        "assumed_rows",
        "Rows behind the score that are judgement, or depend on it.",
        form=Form.WHOLE,
        heading="Assumed rows",
    ),
    Column(
        "rows",
        "Rows of the tables on which the score depends.",
        form=Form.WHOLE,
        heading="Of rows",
    ),
)
"""One row per sector, worst first."""
