"""The vocabulary: every word the package uses for one thing, defined once.

Closed vocabularies are `StrEnum`, so that a misspelt word is a type error in code and a named
fault in a table. Elements, components and stages are open: the tables define them. Shares are
fractions in [0, 1], never percentages. Time is counted in whole weeks from the start of a
scenario: week = floor(days / 7).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

ANY = "*"
"""A selector that matches everything."""

CHINA = "CHN"
"""The country whose licences the model is about (ISO 3166-1 alpha-3)."""

WORLD_RESERVE_CODES = {"EUU": "European Union", "ROW": "rest of the world", "WLD": "world"}
"""Codes used beside ISO 3166-1 alpha-3 for a buyer or holder that is not one country."""


class BuyerClass(StrEnum):
    """What the buyer makes the goods for."""

    CIVIL = "civil"
    DUAL = "dual"
    MILITARY = "military"


class Tier(StrEnum):
    """How Beijing treats the buyer."""

    TRUSTED = "trusted"
    """The green channel."""
    STANDARD = "standard"
    LISTED = "listed"
    """On an export-control list or watch list."""


class Strength(StrEnum):
    """How firmly an observation is known."""

    STRONG = "strong"
    """A figure of the period itself, or a statement about it."""
    WEAK = "weak"
    """Little more than the absence of reports."""


class ObservedAt(StrEnum):
    """The point of production at which a loss was, or was not, seen."""

    LINE = "line"
    """A line ran or stopped."""
    WORK_DONE = "work_done"
    """Work was booked: hours, or sales at cost."""
    DELIVERY = "delivery"
    """Products were handed over."""


class LicenceState(StrEnum):
    """What a rule says of a case, least restrictive first."""

    FREE = "free"
    """No licence needed."""
    GENERAL = "general"
    """A general licence: long validity, first in the queue."""
    FAST_TRACK = "fast_track"
    """The June 2025 fast track: six months, ahead of ordinary cases."""
    ORDINARY = "ordinary"
    """Case by case, in the order of application."""
    WITHHELD = "withheld"
    """Applications wait undecided; licences already granted run out."""


RESTRICTIVENESS: dict[LicenceState, int] = {state: i for i, state in enumerate(LicenceState)}
"""Rank of each state, 0 for the least restrictive."""


class Basis(StrEnum):
    """How a figure is known."""

    MEASURED = "measured"
    """Official count, statistic or laboratory value."""
    REPORTED = "reported"
    """Stated by a named party."""
    DERIVED = "derived"
    """Arithmetic on other rows; the note names them."""
    ASSUMED = "assumed"
    """Judgement; the note argues the range."""


class Grade(StrEnum):
    """How far a source can be trusted."""

    PRIMARY = "primary"
    REPUTABLE = "reputable"
    WEAK = "weak"


class ShareKind(StrEnum):
    """Whether a share was observed or is a forecast."""

    OUTTURN = "outturn"
    FORECAST = "forecast"


Element = Annotated[str, Field(pattern=r"^[A-Z][a-z]?$")]
"""A chemical symbol; the table ``elements`` lists those that are known."""

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
"""A fraction of a whole."""

CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 3166-1 alpha-3, or one of `WORLD_RESERVE_CODES`."""

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A stable key: lower case, digits and underscores."""

Stage = Identifier
"""A step of the refining chain; the table ``stages`` lists them, upstream first."""

Selector = Literal["*"]
"""The selector that matches everything."""


def week_of(day: date, *, start: date) -> int:
    """Week of a scenario in which a day falls; week 0 holds the start.

    Parameters
    ----------
    day, start
        Calendar days.

    Returns
    -------
    int
        floor(days / 7); negative before the start.

    Examples
    --------
    >>> week_of(date(2025, 6, 11), start=date(2025, 4, 4))
    9
    """
    return (day - start).days // 7
