"""All settings of a run: frozen, each with its unit, its range and the reason for its value.

Settings are choices of the analyst (how many draws, how far ahead, how much weight on the
tail). What is *known* about the world is in the tables; what Beijing *does* is in a
scenario. Equal settings, tables and scenario give equal bytes.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from exposure.arguments import instance_of, optional
from exposure.errors import SettingsError
from exposure.terms import BuyerPlaceOrAll
from exposure.wording import faults_of

SupplyMethod = Literal["mixture", "nested", "independent", "worst_stage"]
"""Method that combines shares by stage into one dependence; see `exposure.supply.exit_stage`."""

Coupling = Literal["independent", "line_stop"]
"""Use of other components by a line that is short of one; see `exposure.impact.stocks`."""


class Settings(BaseModel):
    """Settings of a run, chosen by the analyst.

    Raises
    ------
    SettingsError
        If a setting is unknown or outside its range; all such faults in one message, a line each.

    Examples
    --------
    >>> Settings(draws=256, seed=7).draws
    256
    >>> Settings(draws=0)
    Traceback (most recent call last):
    exposure.errors.SettingsError: draws: found 0; expected at least 1; correct it
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    REMOVED: ClassVar[dict[str, str]] = {
        "history_matching": "prior: draws agree with the record unless it is True",
        "history_tolerance": "strong_tolerance and weak_tolerance of the table parameters",
    }
    """Removed settings, each with its replacement."""

    draws: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    """Samples of the uncertain inputs. 1,024 give a rank probability within 3 points."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 7
    """Seed of all random streams; 0 is a seed like any other."""
    horizon_weeks: Annotated[int, Field(ge=1, le=1040)] = 104
    """Weeks scored. Two years hold four six-month licences and one defence requalification."""
    as_of: date | None = None
    """First day scored; earlier weeks are run, not scored. None: the day from which the scenario
    says that it is scored, or its start."""
    tail_weight: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    """Weight of the bad tail (CVaR) against the mean over scenarios in the score."""
    tail_level: Annotated[float, Field(ge=0.0, le=1.0)] = 0.9
    """Level of the CVaR over scenarios; 0 is the mean, 1 the worst scenario."""
    half_life_weeks: Annotated[float, Field(gt=0.0, le=1e9)] = 52.0
    """Weeks after which a lost week counts half, so that early losses count more."""
    impact_threshold: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.05
    """A sector is hit in the first week in which it loses more than this share of output."""
    destination: BuyerPlaceOrAll = "USA"
    """Place of the ranked sectors' makers: ISO alpha-3, EUU for the EU, or `all`."""
    supply_method: SupplyMethod = "mixture"
    """Method that combines shares by stage into one dependence on China."""
    prior: bool = False
    """True to use all draws of the tables, not only those that agree with the record."""
    coupling: Coupling = "independent"
    """`independent`: a line short of one part keeps using the others; `line_stop`: it stops."""

    @model_validator(mode="wrap")
    @classmethod
    def _speak_plainly(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            raise SettingsError(faults_of(error, cls, noun="setting")) from error


SETTINGS = optional(
    instance_of(Settings, "Settings", "write ex.Settings(draws=256), or leave it out")
)
"""The argument ``settings`` of a public function."""
