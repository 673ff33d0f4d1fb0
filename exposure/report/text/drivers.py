"""Elements that drive a score, in words: the largest, and those that are about as large."""

from collections.abc import Mapping

ABOUT_EQUAL = 0.05
"""Elements whose points are within this share of the largest count as equally large: which of
them comes first may change with the seed."""


def leading_elements(points: Mapping[str, float]) -> tuple[str, ...]:
    """Elements to which about as much of a score is due as to the largest, largest first.

    Parameters
    ----------
    points
        Points of the score by element.

    Examples
    --------
    >>> leading_elements({"Dy": 6.3, "Tb": 6.5, "Y": 1.0})
    ('Tb', 'Dy')
    >>> leading_elements({"Y": 0.0})
    ()
    """
    top = max(points.values(), default=0.0)
    if top <= 0.0:
        return ()
    order = sorted(points, key=lambda element: (-points[element], element))
    return tuple(e for e in order if points[e] >= (1.0 - ABOUT_EQUAL) * top)


def driver_words(main_driver: str, points: Mapping[str, float]) -> str:
    """Main driver of a score, naming all elements where several are about equal.

    Parameters
    ----------
    main_driver
        Element and stage, as a ranking holds them.
    points
        Points of the score by element.

    Examples
    --------
    >>> driver_words("Tb magnet", {"Dy": 6.3, "Tb": 6.5, "Y": 1.0})
    'Tb and Dy about equally (Tb: magnet)'
    >>> driver_words("Y separation", {"Dy": 3.0, "Y": 6.5})
    'Y separation'
    """
    leading = leading_elements(points)
    if len(leading) < 2:  # noqa: PLR2004 - one alone
        return main_driver
    element, _, stage = main_driver.partition(" ")
    return f"{joined(leading)} about equally ({element}: {stage})"


def joined(words: tuple[str, ...]) -> str:
    """Words in a row, the last after an "and".

    Examples
    --------
    >>> joined(("Tb", "Dy", "Sm"))
    'Tb, Dy and Sm'
    """
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
