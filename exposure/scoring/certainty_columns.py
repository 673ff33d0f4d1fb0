"""Columns of results about the certainty of a ranking; part of `exposure.scoring.columns`."""

from collections.abc import Mapping, Sequence

from exposure.scoring.column import SECTOR, Column, Form

ERROR = Column(
    "standard_error",
    "Monte Carlo standard error of the probability.",
    "probability",
    Form.NUMBER,
)

ACCEPTABILITY = (
    SECTOR,
    Column("rank", "A rank, 1 being hit worst.", form=Form.WHOLE),
    Column(
        "probability",
        "Share of draws in which the sector holds the rank; m sectors that are tied hold each of "
        "their m ranks with 1/m.",
        "probability",
        Form.PROBABILITY,
    ),
    ERROR,
)
"""One row per sector and rank."""

PAIRS = (
    SECTOR,
    Column("other", "A sector that is ranked lower."),
    Column(
        "probability_above",
        "Share of draws in which the sector scores more than the other.",
        "probability",
        Form.PROBABILITY,
    ),
    Column(
        "probability_equal",
        "Share of draws in which both score the same, mostly because neither loses anything.",
        "probability",
        Form.PROBABILITY,
    ),
    ERROR,
    Column("gap", "Score of the sector less that of the other.", "points", Form.POINTS),
    Column(
        "gap_se",
        "Monte Carlo standard error of the gap, on common draws.",
        "points",
        Form.NUMBER,
        nullable=True,
    ),
)
"""One row per pair of sectors."""


def _draws(name: str, what: str) -> Column:
    meaning = f"Draws from which the standard error of {what} is as small as stated."
    return Column(name, meaning, form=Form.WHOLE, nullable=True)


DRAWS_NEEDED = (
    SECTOR,
    Column(
        "score_se",
        "Monte Carlo standard error of the score.",
        "points",
        Form.NUMBER,
        nullable=True,
    ),
    _draws("draws_for_score", "the score"),
    Column(
        "p_top3_se",
        "Monte Carlo standard error of the probability of a place among the first three.",
        "probability",
        Form.NUMBER,
    ),
    _draws("draws_for_top3", "the probability of a place among the first three"),
    Column("next_sector", "Sector ranked next; empty for the last.", nullable=True),
    Column(
        "probability_above_next",
        "Share of draws in which the sector scores more than the next.",
        "probability",
        Form.PROBABILITY,
        nullable=True,
    ),
    _draws("draws_for_order", "the probability of scoring more than the next"),
)
"""One row per sector."""


def _index(name: str, meaning: str) -> tuple[Column, ...]:
    error = f"Monte Carlo standard error of {name}."
    return (
        Column(name, meaning, "share of the variance", Form.NUMBER, nullable=True),
        Column(f"{name}_se", error, "share of the variance", Form.NUMBER, nullable=True),
    )


GROUP = Column("group", "Group of inputs.")

SENSITIVITY = (
    SECTOR,
    Column(
        "ahead_of",
        "Sector ranked next, where the gap between both is explained; empty for the score.",
        nullable=True,
    ),
    Column("kind", "`group` of inputs, or `single input`."),
    GROUP,
    Column("input", "Name of the group or of the input."),
    *_index(
        "first_order",
        "Share of the variance over draws that would go if the input were known, on average; "
        "missing where nothing varies.",
    ),
    *_index(
        "total",
        "Share of the variance that would remain if all but the input were known; missing for "
        "draws that met the record, whose inputs depend on each other.",
    ),
    Column("method", "Method by which the indices were computed."),
)
"""One row per output and group of inputs or single input."""

INFORMATION = (
    GROUP,
    Column("input", "Name of the input."),
    Column("unit", "Unit of its values."),
    Column("low", "5th percentile of the input over draws.", "unit of the input", Form.NUMBER),
    Column("high", "95th percentile of the input over draws.", "unit of the input", Form.NUMBER),
    Column(
        "value_of_knowing",
        "Points of the score by which a choice of the first sectors gains, on average, from "
        "knowing the input (EVPPI).",
        "points",
        Form.NUMBER,
    ),
    Column(
        "share_of_everything",
        "The same as a share of what it gains from knowing all inputs (EVPI).",
        "share",
        Form.NUMBER,
        nullable=True,
    ),
)
"""One row per input."""

FLIPS = (
    GROUP,
    Column("input", "Name of the input."),
    Column("unit", "Unit of its values."),
    Column("low", "5th percentile of the input over draws.", "unit of the input", Form.NUMBER),
    Column("high", "95th percentile of the input over draws.", "unit of the input", Form.NUMBER),
    SECTOR,
    Column("other", "Sector ranked lower, which is hit worse beyond the value."),
    Column(
        "changes_first_places",
        "Whether the other sector then replaces one of the first sectors.",
        form=Form.YES_NO,
    ),
    Column("side", "Side of the value on which the order is reversed, `above` or `below`."),
    Column(
        "flips_at",
        "Value of the input at which both scores are expected to be equal.",
        "unit of the input",
        Form.NUMBER,
    ),
    Column("probability", "Share of draws beyond the value.", "probability", Form.PROBABILITY),
    Column(
        "gap_beyond",
        "Mean score of the sector less that of the other, beyond the value.",
        "points",
        Form.POINTS,
    ),
    Column("gap_beyond_se", "Monte Carlo standard error of it.", "points", Form.NUMBER),
    Column(
        "value_of_knowing",
        "Points by which a choice of the first sectors gains from knowing the input.",
        "points",
        Form.NUMBER,
    ),
)
"""One row per input and pair of sectors whose order it turns."""

TORNADO = (
    SECTOR,
    GROUP,
    Column("input", "Name of the input."),
    Column("unit", "Unit of its values."),
    Column("low", "5th percentile of the input over draws.", "unit of the input", Form.NUMBER),
    Column("high", "95th percentile of the input over draws.", "unit of the input", Form.NUMBER),
    Column("score_at_low", "Score expected at its low end.", "points", Form.POINTS),
    Column("score_at_high", "Score expected at its high end.", "points", Form.POINTS),
    Column(
        "first_order",
        "Share of the score's variance that goes with the input.",
        "share of the variance",
        Form.NUMBER,
    ),
)
"""One row per input."""

PROBABILITY_REGION = (
    Column("first_scenario", "Member of the mixture whose probability is `first_probability`."),
    Column("first_probability", "Its probability.", "probability", Form.PROBABILITY),
    Column("second_scenario", "Member whose probability is `second_probability`."),
    Column(
        "second_probability",
        "Probability of the member; the others share the rest in their usual proportions.",
        "probability",
        Form.PROBABILITY,
    ),
    Column("rank", "Rank, 1 being hit worst.", form=Form.WHOLE),
    SECTOR,
    Column("score", "Mean score of the sector there.", "points", Form.POINTS),
)
"""One row per point of the probabilities and one of the first ranks."""

CERTAINTY_RESULTS: Mapping[str, Sequence[Column]] = {
    "acceptability": ACCEPTABILITY,
    "pairs": PAIRS,
    "draws_needed": DRAWS_NEEDED,
    "sensitivity": SENSITIVITY,
    "tornado": TORNADO,
    "information": INFORMATION,
    "flips": FLIPS,
    "probability_region": PROBABILITY_REGION,
}
"""Columns of each result, in the order of its frames and files."""
