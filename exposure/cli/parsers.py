"""Values on the command line, read and checked before anything runs."""

import re
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING

import typer

from exposure.errors import SettingsError, UnknownNameError, unknown_name
from exposure.faults import Fault
from exposure.spelling import did_you_mean, near, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from exposure.policy.scenario import Scenario
    from exposure.tables.dataset import Dataset

MANY_DRAWS = 100_000
"""Above this many draws a run may not fit into memory."""

MEGABYTES_A_DRAW = 0.001
"""Memory of a ranking of US sectors by draw: 12,000 draws took 708 MB, 40,000 took 734 MB."""

MEGABYTES_AT_LEAST = 700
"""Memory of a ranking of few draws, including the parts that are kept for other runs."""


def whole_number(text: str | int) -> int:
    """Read a whole number, or say what was found.

    Examples
    --------
    >>> whole_number("1024")
    1024
    """
    if isinstance(text, int):
        return text
    # Python also reads 1_0 and digits of other scripts, which are mistakes here.
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,30}\s*", text):
        raise typer.BadParameter(
            f"found '{text[:60]}'; expected a whole number; write it in digits, such as 1024"
        )
    return int(text)


def day(text: str | date) -> date:
    """Read a day, or say how days are written.

    Examples
    --------
    >>> day("2025-12-15")
    datetime.date(2025, 12, 15)
    """
    if isinstance(text, date):
        return text
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise typer.BadParameter(
            f"found '{text}'; expected a day that exists; write YYYY-MM-DD"
        ) from None


def assignments(words: "Sequence[str]") -> dict[str, object]:
    """Read settings from `--set`: numbers, true and false become values, other words text.

    Raises
    ------
    SettingsError
        If a text is not an assignment, or a setting is named twice; all such faults together.

    Examples
    --------
    >>> assignments(["tail_weight=0.3", "as_of=2026-10-08", "prior=true"])
    {'tail_weight': 0.3, 'as_of': '2026-10-08', 'prior': True}
    """
    found: dict[str, object] = {}
    faults = []
    for word in words:
        key, equals, value = word.partition("=")
        if not (key and equals):
            faults.append(Fault("--set", f"'{word}'", "KEY=VALUE", "write --set tail_weight=0.3"))
        elif key in found:
            faults.append(Fault("--set", f"{key} twice", "each setting once", "leave one out"))
        else:
            found[key] = _value(value)
    if faults:
        raise SettingsError(faults)
    return found


def _value(text: str) -> object:
    """A number, true, false or none as Python has it; anything else as text."""
    for read in (int, float):
        with suppress(ValueError):
            return read(text)
    return {"true": True, "false": False, "none": None}.get(text.lower(), text)


def check_names(names: "Sequence[str]", known: "Sequence[str]") -> None:
    """Raise an error for a scenario without a name."""
    if any(not name.strip() for name in names):
        raise UnknownNameError(
            "no scenario name was given; write one of: " + ", ".join(sorted(known))
        )


def check_destination(destination: str, dataset: "Dataset") -> None:
    """Raise an error for a destination without sectors in the tables."""
    from exposure.tables.schema.demand import SectorRow

    known = {row.destination for row in dataset.rows_of(SectorRow)}
    if destination not in {*known, "all"}:
        raise unknown_name("destination", destination, {*known, "all"})


def unknown_sector(found: str, known: "Collection[str]", dataset: "Dataset") -> UnknownNameError:
    """Make the error for an unknown sector; for the name of a sector it suggests the id.

    Rankings show names, so a name is what a reader has at hand.

    Parameters
    ----------
    found
        Word on the command line.
    known
        Ids that would be right.
    dataset
        Tables, for the names.
    """
    from exposure.tables.schema.demand import SectorRow

    ids = {row.name: row.sector for row in dataset.rows_of(SectorRow) if row.sector in known}
    meant = [] if near(found, known) else [ids[name] for name in near(found, ids)]
    return UnknownNameError(
        f"unknown sector '{found}'; {suggestion(meant) or did_you_mean(found, known)}"
    )


def check_open_end(scenarios: "Sequence[Scenario]") -> None:
    """Raise an error for ``--after`` if no scenario has an open end."""
    if any(scenario.open_end for scenario in scenarios):
        return
    names = ", ".join(f"'{scenario.scenario}'" for scenario in scenarios)
    which = f"scenario {names} has" if len(scenarios) == 1 else f"scenarios {names} have"
    raise UnknownNameError(f"{which} no open end for anything to follow; leave --after out")


def draws_warnings(draws: int) -> list[str]:
    """Warnings before a run of very few or very many draws.

    Examples
    --------
    >>> draws_warnings(1024)
    []
    """
    if draws == 1:
        return ["one draw has no interval; take more, such as --draws 1024"]
    if draws > MANY_DRAWS:
        gigabytes = (MEGABYTES_AT_LEAST + MEGABYTES_A_DRAW * draws) / 1000
        return [
            f"{draws} draws need about {gigabytes:.1f} GB of memory, and "
            f"{draws / MANY_DRAWS:.3g} times as long as {MANY_DRAWS}; take fewer if the machine "
            "has less"
        ]
    return []
