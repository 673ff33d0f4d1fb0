"""Formats of numbers: rounded for readers, with a mark for a missing value.

Shares come as fractions and are shown in percent; money comes in USD and is shown in billions.
"""

import math

NONE = "-"
"""Mark for a missing number."""

BILLION = 1e9

OUTSIDE = "*"
"""Marks a mean outside its own interval."""

ROUNDING = 1e-9
"""Largest difference of two shares that counts as zero."""

SMALLEST_PERCENT = 0.0005
"""Share below which a percentage with one decimal would read 0.0."""


def points(value: float) -> str:
    """Points of a score, one decimal.

    Examples
    --------
    >>> points(63.87), points(-0.01), points(float("nan"))
    ('63.9', '0.0', '-')
    """
    shown = f"{value:.1f}"
    return NONE if math.isnan(value) else "0.0" if shown == "-0.0" else shown


def with_error(mean: float | None, error: float | None) -> str:
    """A mean with its standard error of sampling, in no more digits than that supports.

    The error is shown in one digit, rounded up, and the mean to the same place.

    Examples
    --------
    >>> with_error(0.034567, 0.00213), with_error(24.38, 0.6), with_error(3.0, 0.0)
    ('0.035 ± 0.003', '24.4 ± 0.6', '3')
    >>> with_error(0.5, None), with_error(None, None)
    ('0.5', '-')
    """
    if mean is None:
        return NONE
    if not error:
        return f"{mean:.3g}"
    digits = max(0, -math.floor(math.log10(error)))
    shown = math.ceil(error * 10**digits - ROUNDING) / 10**digits
    return f"{mean:.{digits}f} ± {shown:.{digits}f}"


def signed_points(value: float) -> str:
    """Difference of two scores, with its sign.

    Examples
    --------
    >>> signed_points(-4.25), signed_points(0.0), signed_points(3.0)
    ('-4.2', '0.0', '+3.0')
    """
    shown = f"{value:+.1f}"
    return "0.0" if shown in ("+0.0", "-0.0") else shown


def percent(share: float, digits: int = 0) -> str:
    """Fraction as a percentage, without the sign.

    Examples
    --------
    >>> percent(0.456), percent(0.456, 1), percent(float("nan"))
    ('46', '45.6', '-')
    """
    return NONE if math.isnan(share) else f"{100.0 * share:.{digits}f}"


def mean_percent(mean: float, low: float, high: float) -> str:
    """Mean share with its 5-95 % interval, in percent; marked where the mean lies outside.

    A mean above its interval says that fewer than one draw in twenty loses anything much.

    Examples
    --------
    >>> mean_percent(0.236, 0.0, 0.85), mean_percent(0.0112, 0.0, 0.0), mean_percent(0.0, 0.0, 0.0)
    ('23.6 (0.0–85.0)', '1.1* (0.0–0.0)', '0.0 (0.0–0.0)')
    >>> mean_percent(0.0004, 0.0, 0.0)
    '<0.1* (0.0–0.0)'
    """
    shown = "<0.1" if 0.0 < mean < SMALLEST_PERCENT else percent(mean, 1)
    mark = OUTSIDE if is_outside(mean, low, high) else ""
    return f"{shown}{mark} ({percent(low, 1)}–{percent(high, 1)})"


def is_outside(mean: float, low: float, high: float) -> bool:
    """True if a mean share lies outside its interval by more than rounding errors.

    Examples
    --------
    >>> is_outside(0.0112, 0.0, 0.0), is_outside(0.1 + 0.2, 0.3, 0.3)
    (True, False)
    """
    return not low - ROUNDING <= mean <= high + ROUNDING


def probability(value: float) -> str:
    """Probability, two decimals.

    Examples
    --------
    >>> probability(0.517), probability(float("nan"))
    ('0.52', '-')
    """
    return NONE if math.isnan(value) else f"{value:.2f}"


def weeks(value: float) -> str:
    """Whole weeks.

    Examples
    --------
    >>> weeks(8.0), weeks(float("nan"))
    ('8', '-')
    """
    return NONE if math.isnan(value) else f"{value:.0f}"


def billions(usd: float) -> str:
    """USD in billions; two decimals below ten.

    Examples
    --------
    >>> billions(6.84e8), billions(2.31e10), billions(float("nan"))
    ('0.68', '23.1', '-')
    """
    if math.isnan(usd):
        return NONE
    value = usd / BILLION
    return f"{value:.2f}" if round(value, 2) < 10.0 else f"{value:.1f}"  # noqa: PLR2004 - two decimals below ten


def places(moved: int) -> str:
    """Places gained in a ranking; positive is worse.

    Examples
    --------
    >>> places(2), places(0), places(-1)
    ('+2', '0', '-1')
    """
    return f"{moved:+d}" if moved else "0"


def plain(value: float) -> str:
    """A figure of a table in the fewest characters that identify it.

    Examples
    --------
    >>> plain(0.95), plain(6.0), plain(1250.0), plain(0.0375)
    ('0.95', '6', '1250', '0.0375')
    """
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"  # noqa: PLR2004 - keep whole numbers whole


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "week"), counted(104, "week")
    ('1 week', '104 weeks')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
