"""Terms of a licence rule for one class of buyers, and the licences held at the start.

A class is a set of buyer-item relationships that the licensing office treats equally; each needs
one live licence. Weeks are whole and counted from the start of the scenario; shares are fractions
in [0, 1]. Every uncertain figure is an array of shape (D,), one value per draw, or a single value
for all draws. Missing values are refused. `exposure.licensing.queue` computes the consequences of
these terms, week by week.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from exposure.arrays import FloatArray, IntArray
from exposure.errors import ScenarioError
from exposure.faults import Fault
from exposure.terms import LicenceState

ROUNDING = 1e-9
"""Tolerance above 1 for the sum of shares held at the start, which come from drawn shares."""


@dataclass(frozen=True)
class LicenceTerms:
    """Terms of the rule in force for one class of buyers.

    Only `state` is read while the class is free.
    """

    state: LicenceState
    """Treatment of applications; in a state without decisions they are accepted and wait."""
    priority: int
    """Priority in the queue: 0 is served first."""
    approval: FloatArray | float
    """Share of first applications approved at a decision."""
    delay_weeks: IntArray | int
    """Weeks from submission until an application can be decided, at least 0."""
    validity_weeks: IntArray | int
    """Weeks for which a licence is valid, at least 1."""
    renewal_lead_weeks: IntArray | int
    """Weeks before expiry in which the renewal is filed, from 0 to the validity."""
    renewal_approval: FloatArray | float = 1.0
    """Share of renewals approved; the others are refused."""
    refusal_share: FloatArray | float = 1.0
    """Share of decided but not approved first applications that is refused. The others stay
    pending: they give no licence, use no capacity and are never granted later."""
    reapplication_share: FloatArray | float = 0.0
    """Share of refused buyers that file a first application again."""
    reapplication_weeks: IntArray | int = 1
    """Weeks from a refusal to the new application, at least 1."""
    revoke: bool = False
    """True if all live licences end in the week in which these terms begin."""


@dataclass(frozen=True)
class LicencesHeld:
    """Licences of one class that are live when the scenario starts and expire together."""

    share: FloatArray | float
    """Share of the class's relationships that hold one."""
    expiry_week: IntArray | int
    """First week in which they are no longer valid, at least 1."""


@dataclass(frozen=True)
class LicenceClass:
    """Buyer-item relationships that the licensing office treats equally."""

    name: str
    """Unique among the classes of one queue."""
    relationships: FloatArray | float
    """Number of relationships, N > 0, in the unit of the queue's capacity."""
    timeline: tuple[tuple[int, LicenceTerms], ...]
    """(first week, terms), weeks ascending, the first at week 0."""
    held_at_start: tuple[LicencesHeld, ...] = ()
    """Holders do not apply in week 0: they renew at expiry - lead, or in week 1 if that is past."""


@dataclass(frozen=True)
class Joined:
    """Classes that are treated equally before a week, and queue as one until then."""

    week: int
    """First week in which they may be treated differently."""
    classes: tuple[LicenceClass, ...]
    """Each with the terms before the week, and with the relationships of all its parts."""
    of: tuple[int, ...]
    """Position of the joined class of each class."""


def check_classes(classes: Sequence[LicenceClass], draws: int) -> None:
    """Refuse terms that contradict each other, with every fault in one message.

    Parameters
    ----------
    classes
        The classes that share one queue.
    draws
        Number of draws D, the length of every array that does not hold a single value.

    Raises
    ------
    ScenarioError
        With class, week, what was found, what was expected and the cure.
    """
    faults = [fault for one in classes for fault in _class_faults(one, draws)]
    names = Counter(one.name for one in classes)
    faults += [
        Fault(f"class '{name}'", f"{count} times", "once", "name each class differently")
        for name, count in names.items()
        if count > 1
    ]
    if faults:
        raise_faults(faults)


def raise_faults(faults: Sequence[Fault]) -> None:
    """Raise one `ScenarioError` that lists all faults of a licence queue."""
    raise ScenarioError(fault.at("licence queue") for fault in faults)


def _class_faults(one: LicenceClass, draws: int) -> Iterator[Fault]:
    """Faults of one class: its size, timeline, terms, and licences held at the start."""
    class_label = f"class '{one.name}'"
    size = np.asarray(one.relationships)
    yield from _faults_of(
        f"{class_label}, relationships",
        size,
        draws,
        sound=(size > 0) & (size < np.inf),
        expected="a number above 0",
        cure="leave out a class that has no buyers",
    )
    weeks = [week for week, _ in one.timeline]
    if not weeks or weeks[0] != 0 or any(after <= before for before, after in pairwise(weeks)):
        yield Fault(
            f"{class_label}, timeline", f"terms from weeks {weeks}", "ascending weeks, the first 0",
            "state the terms from week 0 and sort the rest",
        )  # fmt: skip
    for week, terms in one.timeline:
        if terms.state is not LicenceState.FREE:
            yield from _terms_faults(terms, f"{class_label}, terms from week {week}", draws)
    yield from _held_faults(one, f"{class_label}, held_at_start", draws)


def _terms_faults(terms: LicenceTerms, class_label: str, draws: int) -> Iterator[Fault]:
    """Faults of one set of terms; relations between figures are checked only for valid figures."""
    faults = [
        *_share_faults(f"{class_label}, approval", terms.approval, draws),
        *_share_faults(f"{class_label}, renewal_approval", terms.renewal_approval, draws),
        *_share_faults(f"{class_label}, refusal_share", terms.refusal_share, draws),
        *_share_faults(f"{class_label}, reapplication_share", terms.reapplication_share, draws),
        *_weeks_faults(f"{class_label}, delay_weeks", terms.delay_weeks, draws, least=0),
        *_weeks_faults(f"{class_label}, validity_weeks", terms.validity_weeks, draws, least=1),
        *_weeks_faults(
            f"{class_label}, renewal_lead_weeks", terms.renewal_lead_weeks, draws, least=0
        ),
        *_weeks_faults(
            f"{class_label}, reapplication_weeks", terms.reapplication_weeks, draws, least=1
        ),
    ]
    yield from faults
    if faults:
        return
    lead, validity = np.broadcast_arrays(terms.renewal_lead_weeks, terms.validity_weeks)
    if (lead > validity).any():
        draw = int(np.argmax(lead > validity))
        yield Fault(
            class_label,
            f"renewal_lead_weeks {lead.flat[draw]} above validity_weeks {validity.flat[draw]} "
            f"in draw {draw}",
            "lead <= validity", "file the renewal after the licence is granted",
        )  # fmt: skip


def _held_faults(one: LicenceClass, class_label: str, draws: int) -> Iterator[Fault]:
    """Faults of the licences held at the start."""
    faults = []
    for held in one.held_at_start:
        faults += _share_faults(f"{class_label}, share", held.share, draws)
        faults += _weeks_faults(f"{class_label}, expiry_week", held.expiry_week, draws, least=1)
    yield from faults
    if faults or not one.held_at_start:
        return
    total = np.sum([np.broadcast_to(held.share, draws) for held in one.held_at_start], axis=0)
    if (total > 1 + ROUNDING).any():
        yield Fault(
            class_label, f"shares that sum to {total.max():.6g}", "at most 1",
            "count each relationship once",
        )  # fmt: skip
    if one.timeline and one.timeline[0][1].state is LicenceState.FREE:
        yield Fault(
            class_label, "licences held while the class is free", "none",
            "leave held_at_start out, since all apply when control begins",
        )  # fmt: skip


def _share_faults(where: str, shares: FloatArray | float, draws: int) -> list[Fault]:
    """Faults of a figure that must be a share."""
    values = np.asarray(shares)
    # NaN compares false with everything, so it is never valid.
    sound = (values >= 0) & (values <= 1)
    expected, cure = "a share in [0, 1]", "write 0.9 for 90 %"
    return _faults_of(where, values, draws, sound=sound, expected=expected, cure=cure)


def _weeks_faults(where: str, weeks: IntArray | int, draws: int, *, least: int) -> list[Fault]:
    """Faults of a figure that must be whole weeks."""
    values = np.asarray(weeks)
    sound = (values >= least) & (values.dtype.kind in "iu")
    expected = f"whole weeks as integers, at least {least}"
    cure = "round half weeks before the queue"
    return _faults_of(where, values, draws, sound=np.asarray(sound), expected=expected, cure=cure)


def _faults_of(
    where: str,
    values: npt.NDArray[np.float64 | np.int64],
    draws: int,
    *,
    sound: npt.NDArray[np.bool_],
    expected: str,
    cure: str,
) -> list[Fault]:
    """At most one fault of one figure: its shape, or else its first invalid value."""
    if values.shape not in ((), (1,), (draws,)):
        found = f"shape {values.shape}"
        return [Fault(where, found, f"({draws},)", "give one value per draw, or one for all")]
    if sound.all():
        return []
    draw = int(np.argmin(sound))
    return [Fault(where, f"{values.flat[draw]} in draw {draw}", expected, cure)]
