"""The vocabulary: every word the package uses for one thing, defined once.

Closed vocabularies are `StrEnum`, so that a misspelt word is a type error in code and a named
fault in a table. Elements, components and stages are open: the tables define them. Shares are
fractions in [0, 1], never percentages. Time is counted in whole weeks from the start of a
scenario: week = floor(days / 7).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from exposure.places import COUNTRIES

ANY = "*"
"""A selector that matches everything."""

CHINA = "CHN"
"""The country whose licences the model is about (ISO 3166-1 alpha-3)."""

EU, REST, WORLD = "EUU", "ROW", "WLD"
"""Codes for what is not one country: the European Union, the rest of the world, the world."""

PLACE_PATTERN = r"^[A-Z]{3}$"
"""Pattern of the code of a place; `exposure.places` lists the existing codes."""

NO_PLACE = "place"
"""Type of a pydantic error about a code that is no place, or none that is allowed."""


class BuyerClass(StrEnum):
    """Use for which the buyer makes the goods."""

    CIVIL = "civil"
    DUAL = "dual"
    MILITARY = "military"


class Tier(StrEnum):
    """Treatment of the buyer by Beijing."""

    TRUSTED = "trusted"
    """The green channel."""
    STANDARD = "standard"
    LISTED = "listed"
    """On an export-control list or watch list."""


class Strength(StrEnum):
    """Strength of the evidence for an observation."""

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
    """Licence state that a rule gives a case, least restrictive first."""

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
    """Basis of a figure."""

    MEASURED = "measured"
    """Official count, statistic or laboratory value."""
    REPORTED = "reported"
    """Stated by a named party."""
    DERIVED = "derived"
    """Arithmetic on other rows; the note names them."""
    ASSUMED = "assumed"
    """Judgement; the note argues the range."""


class Grade(StrEnum):
    """Reliability of a source."""

    PRIMARY = "primary"
    REPUTABLE = "reputable"
    WEAK = "weak"


class ShareKind(StrEnum):
    """Kind of a share: observed or forecast."""

    OUTTURN = "outturn"
    FORECAST = "forecast"


Element = Annotated[str, Field(pattern=r"^[A-Z][a-z]?$")]
"""A chemical symbol; the table ``elements`` lists those that are known."""

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
"""A fraction of a whole."""


def _known_place(also: tuple[str, ...], *, china: bool) -> AfterValidator:
    """Accept codes of countries, and some of what is not one country."""
    allowed = frozenset(COUNTRIES) - (frozenset() if china else {CHINA}) | frozenset(also)
    outside = "" if china else " outside China"
    codes = f"the code of a country{outside} (ISO 3166-1 alpha-3)"
    expected = ", or ".join([codes, *also])

    def check(code: str) -> str:
        if code in allowed:
            return code
        context = {"expected": expected, "allowed": allowed}
        raise PydanticCustomError(NO_PLACE, "expected {expected}", context)

    return AfterValidator(check)


_Code = Annotated[str, Field(json_schema_extra={"pattern": PLACE_PATTERN})]

CountryCode = Annotated[_Code, _known_place((EU, REST, WORLD), china=True)]
"""Any place: a country (ISO 3166-1 alpha-3), `EU`, `REST` or `WORLD`."""

OriginPlace = Annotated[_Code, _known_place((EU, REST), china=True)]
"""Place of production: a country, the EU or the rest of the world."""

BuyerPlace = Annotated[_Code, _known_place((EU,), china=False)]
"""Place of buyers, or of makers outside China: a country other than China, or the EU."""

BuyerPlaceOrAll = Annotated[
    str,
    Field(json_schema_extra={"pattern": r"^([A-Z]{3}|all)$"}),
    _known_place((EU, "all"), china=False),
]
"""Place of buyers, or ``all`` for all of them."""

PlantPlace = Annotated[_Code, _known_place((), china=False)]
"""Place of a plant outside China."""

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
