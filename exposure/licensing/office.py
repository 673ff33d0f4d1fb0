"""The licensing office of one destination: how much it decides, on which terms, and from when.

Everything here turns drawn figures of the table ``licence_queue`` into what the licence queue
runs on. Figures have shape (D,), one value a draw; weeks count from the start of the scenario.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from exposure.arrays import FloatArray
from exposure.licensing.terms import LicenceTerms
from exposure.policy.rules import ControlDates, Overrides
from exposure.policy.scenario import Scenario
from exposure.terms import Element, LicenceState, week_of

PRIORITY = {
    LicenceState.FREE: 0,
    LicenceState.GENERAL: 0,
    LicenceState.FAST_TRACK: 1,
    LicenceState.ORDINARY: 2,
    LicenceState.WITHHELD: 3,
}
"""Place of each state in the queue unless a rule says otherwise; 0 is served first."""

LISTED_PRIORITY = 3
"""Place of listed parties in the queue: without a legal limit, their files come last."""


@dataclass(frozen=True)
class Office:
    """Drawn figures of the licensing office for one destination; arrays of shape (D,)."""

    destination: str
    quantities: Mapping[str, FloatArray]
    """Figures of the table ``licence_queue``."""
    weights: Mapping[Element, FloatArray]
    """Relative number of applications by element."""
    controlled: ControlDates
    """Since when each element is under control."""

    @property
    def draws(self) -> int:
        """Number of draws D."""
        return len(self.quantities["look_through"])


def control_start(controlled: ControlDates) -> date | None:
    """First day on which any element came under control."""
    return min((day for day in controlled.values() if day), default=None)


def control_week(office: Office, scenario: Scenario) -> int:
    """Week in which control began; negative if the scenario starts later."""
    return week_of(control_start(office.controlled) or scenario.start, start=scenario.start)


def capacity(office: Office, scenario: Scenario, weeks: int) -> FloatArray:
    """Decisions a week, as a share of all relationships; none before the office decides.

    Notes
    -----
    From the day control begins the office grows linearly from its first to its full size:
    K(t) = K (s + (1 - s) min(1, (t - t0) / growth)), which is K throughout for s = 1.
    """
    week = np.arange(weeks, dtype=np.float64)[:, np.newaxis]
    since = week - control_week(office, scenario)
    start = office.quantities["capacity_start_share"]
    grown = _share_of(since, office.quantities["capacity_growth_weeks"])
    size = office.quantities["capacity_share_per_week"] * (start + (1.0 - start) * grown)
    return np.where(since >= office.quantities["first_decision_week"], size, 0.0)


def _share_of(since: FloatArray, width: FloatArray) -> FloatArray:
    """Part of a linear ramp that is done, 0 to 1; a ramp without width is done at once."""
    done = np.clip(since / np.where(width > 0.0, width, 1.0), 0.0, 1.0)
    return np.where(width > 0.0, done, (since >= 0).astype(np.float64))


def enforcement(
    states: Sequence[LicenceState], enforcement_weeks: FloatArray, *, begun: int
) -> FloatArray:
    """Share of what needs a licence and has none that customs stops, shape (T, D).

    Goods cleared or under way when control begins still leave: the share stopped grows linearly
    over `enforcement_weeks`, and a week counts with its mean. It grows anew whenever control
    begins after a time of freedom.

    Parameters
    ----------
    states
        State in force in each week, length T.
    enforcement_weeks
        Width of the ramp, shape (D,); 0 stops everything at once.
    begun
        Week in which the control in force in week 0 began; not above 0.

    Examples
    --------
    >>> week = [LicenceState.ORDINARY] * 4
    >>> enforcement(week, np.array([2.0]), begun=0).ravel().tolist()
    [0.25, 0.75, 1.0, 1.0]
    >>> enforcement(week, np.array([0.0]), begun=0).ravel().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    since = np.empty(len(states))
    start = begun
    for week, state in enumerate(states):
        if week > 0 and states[week - 1] is LicenceState.FREE:
            start = week
        since[week] = week - start if state is not LicenceState.FREE else 0.0
    age = since[:, np.newaxis]
    mean = _stopped_by(age + 1.0, enforcement_weeks) - _stopped_by(age, enforcement_weeks)
    # Past the ramp the difference misses 1 by rounding, and free flow must be exact.
    return np.where(age < enforcement_weeks, mean, 1.0)


def _stopped_by(age: FloatArray, width: FloatArray) -> FloatArray:
    """Integral of min(1, x / width) over x from 0 to age."""
    safe = np.where(width > 0.0, width, 1.0)
    return np.where(age < width, age**2 / (2.0 * safe), age - width / 2.0)


def terms_of(
    state: LicenceState,
    overrides: Overrides,
    office: Office,
    *,
    listed: bool,
    upstream: bool = False,
) -> LicenceTerms:
    """Terms of a state at an office, with what a rule lays down instead.

    Parameters
    ----------
    state, overrides
        What the rule in force says.
    office
        The office for the destination.
    listed
        Whether the review has no legal limit.
    upstream
        Whether the goods are oxide or metal, of which fewer applications are granted than of
        finished magnets.

    Notes
    -----
    The tables and rules state the share P that is approved in the end. Where a share r of the
    refused comes back, P = p / (1 - r (1 - p)), so the approval at one decision is
    p = P (1 - r) / (1 - r P): rarely a refusal for good, often a file returned.
    """
    # A withheld or free case is not decided; its figures only have to be valid.
    named = state if state in (LicenceState.GENERAL, LicenceState.FAST_TRACK) else "ordinary"

    def figure(laid_down: float | None, quantity: str) -> FloatArray:
        return office.quantities[quantity] if laid_down is None else np.array(float(laid_down))

    goods = "_upstream" if upstream and named == "ordinary" else ""
    final = figure(overrides.approval, f"approval_{named}{goods}")
    returned = figure(overrides.resubmission, "resubmission")
    delay = "delay_weeks_listed" if listed else f"delay_weeks_{named}"
    usual_priority = max(PRIORITY[state], LISTED_PRIORITY) if listed else PRIORITY[state]
    return LicenceTerms(
        state,
        usual_priority if overrides.priority is None else overrides.priority,
        _approval_at_one_decision(final, returned),
        figure(overrides.delay_weeks, delay).astype(np.int64),
        figure(overrides.validity_weeks, f"validity_weeks_{named}").astype(np.int64),
        figure(overrides.renewal_lead_weeks, "renewal_lead_weeks").astype(np.int64),
        renewal_approval=figure(overrides.renewal_approval, "renewal_approval"),
        resubmission=returned,
        revoke=overrides.revoke,
    )


def _approval_at_one_decision(final: FloatArray, returned: FloatArray) -> FloatArray:
    """Approval p = P (1 - r) / (1 - r P), and 1 where everything is approved in the end."""
    share = np.broadcast_to(final, np.broadcast_shapes(final.shape, returned.shape))
    some = share < 1.0
    at_once = share * (1.0 - returned) / np.where(some, 1.0 - returned * share, 1.0)
    return np.where(some, at_once, 1.0)
