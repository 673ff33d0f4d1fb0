"""The command that compares the draws of the tables with the record."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.messages import grid, note, show, show_csv, show_results, warn
from exposure.cli.options import RUN, Format, Options, with_options
from exposure.cli.parsers import draws_warnings
from exposure.cli.progress import progress
from exposure.cli.runs import read_tables, settings_of

if TYPE_CHECKING:
    import pandas as pd

    from exposure.evidence.conditioned_list import ConditionedDraws

OWN = tuple(
    name
    for name in RUN
    if name not in {"horizon_weeks", "as_of", "after", "rule", "prior", "strict"}
)
"""Options of `condition`, which always runs the record."""


def condition(
    out: Annotated[Path | None, typer.Option(help="File to write the list of draws to.")] = None,
    *,
    options: Options,
) -> None:
    """Find the draws that agree with the record, and compare them with it.

    The command examines draws until --draws of them agree with the record of the makers at
    --destination. It makes the lists of the other destinations from the same draws. The shipped
    tables include such a list, conditioned_draws.json, so that rank and report need not repeat the
    search.
    """
    from exposure.evidence.conditioned_list import list_text, make_list
    from exposure.report.files.file_records import of_run
    from exposure.report.files.json_output import condition_json

    dataset = read_tables(options)
    settings = settings_of(options, dataset=dataset)
    warn(draws_warnings(settings.draws), options)
    with progress(steps=1, quiet=options.quiet) as begin:
        found = make_list(dataset, settings, progress=begin(0, "draws that agree"))
    if out is not None:
        out.write_bytes(list_text(found).encode())
    if options.form is Format.JSON:
        show(condition_json(found, dataset, settings))
    elif options.form is Format.CSV:
        show_csv(compared_frame(found), of_run(dataset, [], settings))
    else:
        accepted = grid(accepted_frame(found), ["destination", "agree", "acceptance"])
        compared = grid(_with_errors(compared_frame(found)), BRIEF)
        show_results(f"{found.examined} draws examined\n\n{accepted}\n\n{compared}", dataset)
    if out is not None:
        note(f"wrote {out}", options)


BRIEF = (
    "destination", "subject", "kind", "from_date", "low", "high", "prior_inside", "prior",
    "conditioned", "left_out",
)  # fmt: skip
"""Columns of the comparison on screen; CSV has them all."""


def _with_errors(compared: "pd.DataFrame") -> "pd.DataFrame":
    """Means with their errors of sampling, in the digits that these support."""
    from exposure.report.text.formats import with_error

    shown = {
        name: [
            with_error(*(None if number != number else number for number in pair))  # noqa: PLR0124 - NaN
            for pair in zip(compared[f"{name}_mean"], compared[f"{name}_se"], strict=True)
        ]
        for name in ("prior", "conditioned", "left_out")
    }
    return compared.assign(**shown)


def accepted_frame(found: "ConditionedDraws") -> "pd.DataFrame":
    """One row for each destination: the draws that agree with its record, and their share."""
    import pandas as pd

    rows = [
        (listed.destination, len(listed.numbers), listed.acceptance)
        for listed in found.destinations
    ]
    return pd.DataFrame(rows, columns=["destination", "agree", "acceptance"])


def compared_frame(found: "ConditionedDraws") -> "pd.DataFrame":
    """One row for each destination and observed range, with all draws and those that agree."""
    import pandas as pd

    return pd.DataFrame(
        {"destination": listed.destination, **compared.model_dump()}
        for listed in found.destinations
        for compared in listed.ranges
    )


COMMANDS = (with_options(condition, *OWN, "form"),)
"""Commands of this module, in the order in which help lists them."""
