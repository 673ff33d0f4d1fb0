"""The command that shows what scores and orders depend on."""

from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.messages import show
from exposure.cli.options import RUN, Format, Options, with_options
from exposure.cli.parsers import unknown_sector
from exposure.cli.runs import (
    DEFAULT_SCENARIO,
    read_scenarios,
    read_tables,
    run_all,
    settings_of,
)

if TYPE_CHECKING:
    from exposure.report.text.sensitivity import Findings
    from exposure.result import Assessment

FIRST = 3
"""Number of sectors shown by default, the first of the ranking."""


def sensitivity(
    sectors: Annotated[
        list[str] | None,
        typer.Argument(metavar="SECTOR", help="Ids of sectors (default: the first three)."),
    ] = None,
    *,
    options: Options,
) -> None:
    """Show what scores and orders depend on, and which number would reverse an order.

    With --prior, groups of inputs are drawn again and the model is run about twenty times.
    """
    from exposure.report.files.csv_output import csv_text
    from exposure.report.files.file_records import of_runs
    from exposure.report.files.json_output import sensitivity_json
    from exposure.report.text.sensitivity import sensitivity_text

    dataset = read_tables(options)
    for sector in sectors or ():
        if sector not in dataset.sector_ids():
            raise unknown_sector(sector, dataset.sector_ids(), dataset)
    chosen = read_scenarios([options.scenario or DEFAULT_SCENARIO], options)
    (result,) = run_all(dataset, chosen, settings_of(options, dataset=dataset), options)
    found = _findings(result, sectors, options)
    if options.form is Format.JSON:
        show(sensitivity_json(found))
    elif options.form is Format.CSV:
        show(csv_text(found.sensitivity, of_runs([result])))
    else:
        show(sensitivity_text(found))


def _findings(result: "Assessment", sectors: list[str] | None, options: Options) -> "Findings":
    from exposure.cli.progress import progress
    from exposure.measures import sensitivity as measures
    from exposure.measures.information import information_and_flips
    from exposure.report.text.sensitivity import Findings

    ids = list(result.ranking["sector"])
    places = max(1, min(FIRST, len(ids) - 1))
    wanted = sectors or ids[:FIRST]
    with progress(steps=1, quiet=options.quiet) as begin:
        table = measures.sensitivity(
            result, sectors=wanted, progress=begin(0, "inputs behind the scores")
        )
    if len(ids) == 1:  # nothing to choose, and no order to reverse
        from exposure.scoring.columns import result_frame

        return Findings(result, table, result_frame("information", []), result_frame("flips", []))
    return Findings(result, table, *information_and_flips(result, places))


COMMANDS = (with_options(sensitivity, "scenario", *RUN, "form"),)
"""Commands of this module, in the order in which help lists them."""
