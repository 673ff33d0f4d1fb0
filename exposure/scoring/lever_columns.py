"""Columns of results about what would help; part of `exposure.scoring.columns`."""

from collections.abc import Mapping, Sequence

from exposure.scoring.column import SCENARIO, Column, Form

TOTAL = "total"
"""Word in the column ``sector`` for the total of all counted sectors."""

_SECTOR = Column("sector", "Stable key of the sector, or total for all that are counted together.")
_LEVER = Column("lever", "Id of the lever.")


def _usd(name: str, meaning: str, *, nullable: bool = True) -> Column:
    return Column(name, meaning, "USD per year", Form.BILLIONS, nullable=nullable)


def _musd(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, meaning, "million USD", Form.NUMBER, nullable=nullable)


COST = (
    _musd("cost_musd", "Central cost from the day of the lever to the end of the scored weeks."),
    _musd("cost_low_musd", "Low end of the range of the cost."),
    _musd("cost_high_musd", "High end of the range of the cost."),
)

LEVERS = (
    _LEVER,
    Column("name", "Name of the lever."),
    Column("kind", "Kind of lever."),
    Column("acts_on", "First day on which it changes anything.", form=Form.DAY),
    _SECTOR,
    Column("score_without", "Score without the lever; a sum for the total.", "points", Form.POINTS),
    Column("score_with", "Score with the lever; a sum for the total.", "points", Form.POINTS),
    Column(
        "points", "Score without the lever less that with it, mean over draws.", "points",
        Form.SIGNED_POINTS,
    ),
    Column("points_p05", "5th percentile of the same over draws.", "points", Form.SIGNED_POINTS),
    Column("points_p95", "95th percentile of the same over draws.", "points", Form.SIGNED_POINTS),
    Column(
        "points_se", "Monte Carlo standard error of the mean, on common draws.", "points",
        Form.NUMBER, nullable=True,
    ),
    _usd("avoided_usd_per_year", "Value added a year that is not lost with the lever, net."),
    _usd("avoided_p05", "5th percentile of the same over draws."),
    _usd("avoided_p95", "95th percentile of the same over draws."),
    Column(
        "worse_share", "Share of draws in which the score is higher with the lever.", "share",
        Form.PERCENT,
    ),
    *COST,
    _musd("cost_per_point_musd", "Central cost of a point less; empty where none is gained.",
          nullable=True),
    Column(
        "cost_per_avoided_usd",
        "Central cost of each dollar of value added that is not lost in the scored weeks; empty "
        "where none is gained or no value is known.",
        "USD per USD", Form.NUMBER, nullable=True,
    ),
    Column("is_target", "Whether the lever is meant for the sector; empty for the total.",
           form=Form.YES_NO, nullable=True),
)  # fmt: skip
"""One row per lever and sector, and one for the total."""

LEVER_PAIRS = (
    Column("first", "Id of a lever."),
    Column("second", "Id of another lever."),
    _SECTOR,
    Column("points_first", "Points that the first gains alone.", "points", Form.SIGNED_POINTS),
    Column("points_second", "Points that the second gains alone.", "points", Form.SIGNED_POINTS),
    Column("points_together", "Points that both gain together.", "points", Form.SIGNED_POINTS),
    Column(
        "interaction", "Points gained together less the sum of both alone; above 0 they need each "
        "other, below 0 one replaces the other.", "points", Form.SIGNED_POINTS,
    ),
    Column(
        "interaction_se", "Monte Carlo standard error of the interaction, on common draws.",
        "points", Form.NUMBER, nullable=True,
    ),
)  # fmt: skip
"""One row per pair of levers, for the total and for each sector on which both act."""

PORTFOLIOS = (
    _musd("budget_musd", "Most that may be spent, by central costs."),
    Column("levers", "Ids of the levers of the best set found, by what each adds."),
    *COST,
    Column("risk_without", "Risk without any lever: a mean and the mean of the worst draws.",
           "points or USD per year", Form.NUMBER),
    Column("risk_with", "Risk with the set.", "points or USD per year", Form.NUMBER),
    Column("gain_se", "Monte Carlo standard error of the risk without less that with the set, on "
           "common draws.", "points or USD per year", Form.NUMBER, nullable=True),
    Column("mean_with", "Mean over draws with the set.", "points or USD per year", Form.NUMBER),
    Column("cvar_with", "Mean of the worst draws with the set.", "points or USD per year",
           Form.NUMBER),
    Column("best_single", "Best single lever within the budget; empty if none helps.",
           nullable=True),
    Column("best_single_risk", "Risk with that lever alone.", "points or USD per year",
           Form.NUMBER),
    Column("combined", "Number of levers that were combined: the fewest that gain, alone, 98 % of "
           "what all levers gain alone.", form=Form.WHOLE),
    Column("sets_tried", "Number of sets of levers that were run in the search.", form=Form.WHOLE),
    Column("draws_tried", "Number of draws used in the search; the values shown use all draws.",
           form=Form.WHOLE),
)  # fmt: skip
"""One row per budget."""

STOCKS = (
    SCENARIO,
    Column("sector", "Stable key of the sector."),
    Column(
        "p_without", "Probability, without more stock, that more than the stated share of a year's "
        "output is lost in the scored weeks.", "probability", Form.PROBABILITY,
    ),
    Column(
        "weeks", "Additional stock, in weeks of need and equal on all channels, that the sector "
        "must hold on the first scored day for the probability to fall below the stated limit; "
        "empty if even the longest stock tried is too short.", "week", Form.WEEKS, nullable=True,
    ),
    Column("p_with", "Probability with that stock.", "probability", Form.PROBABILITY),
    Column(
        "p_bought", "Probability if the sector alone buys that stock in the pool over half a year "
        "instead of holding it.", "probability", Form.PROBABILITY, nullable=True,
    ),
    *(
        Column(f"{element.lower()}_t", f"Tonnes of {element} in the stock, mean over draws.", "t",
               Form.NUMBER, nullable=True)
        for element in ("Sm", "Dy", "Tb", "Y")
    ),
    _musd("cost_musd", "Cost of the oxides of all channels at the newest price.", nullable=True),
    _musd("cost_low_musd", "The same at the lowest price of two years.", nullable=True),
    _musd("cost_high_musd", "The same at the highest price of two years.", nullable=True),
)  # fmt: skip
"""One row per course of policy and sector."""

LEVER_RESULTS: Mapping[str, Sequence[Column]] = {
    "levers": LEVERS,
    "lever_pairs": LEVER_PAIRS,
    "portfolios": PORTFOLIOS,
    "stocks": STOCKS,
}
"""Columns of results about what would help, by the name of the result."""
