"""The time of a command: that of the machine, or the one that the environment sets."""

import os
import re
from datetime import UTC, datetime

from exposure.errors import SettingsError
from exposure.faults import Fault

EPOCH = "SOURCE_DATE_EPOCH"
"""Variable by which a build or a test sets the clock, in seconds since 1970."""

LAST = 253_402_300_799
"""The last second of the year 9999, after which there are no dates."""


def time_that_is_set() -> datetime | None:
    """The time that the environment sets; None where it sets none.

    Returns
    -------
    datetime or None
        UTC.

    Raises
    ------
    SettingsError
        If the variable holds anything but whole seconds, as its specification asks. An empty
        value counts: numpy, which reads the variable too, would fail on it.
    """
    stamp = os.environ.get(EPOCH)
    if stamp is None:
        return None
    if re.fullmatch(r"[0-9]{1,15}", stamp) is None or int(stamp) > LAST:
        cure = "set it to what `date +%s` prints, or unset it"
        expected = f"whole seconds since 1970, up to {LAST}, such as 1700000000"
        raise SettingsError([Fault(EPOCH, repr(stamp), expected, cure)])
    return datetime.fromtimestamp(int(stamp), UTC)


def now() -> datetime:
    """The time, UTC, or the one that the environment sets."""
    return time_that_is_set() or datetime.now(UTC)
