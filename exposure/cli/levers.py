"""The command that shows what would help, and what it costs."""

from typing import TYPE_CHECKING

from exposure.cli.messages import show
from exposure.cli.options import RUN, Format, Options, with_options
from exposure.cli.parsers import unknown_sector
from exposure.cli.rankings import Scenarios
from exposure.cli.runs import (
    DEFAULT_SCENARIOS,
    chosen_names,
    read_scenarios,
    read_tables,
    run_all,
    settings_of,
)

if TYPE_CHECKING:
    from exposure.measures.lever import Lever
    from exposure.report.lever_findings import LeverFindings
    from exposure.result import Assessment


def levers(scenarios: Scenarios = None, *, options: Options) -> None:
    """Show what would help: points gained, avoided loss and cost of each lever.

    Without a scenario: licences_continue, licences_queued and licences_withheld, scored from the
    last day in the tables. All levers are run on the same draws. --budget adds the best set of
    levers for each budget, --pairs all pairs of levers, and --stocks the stock that each sector
    must hold.
    """
    from exposure.measures.against_tables import refuse_unknown
    from exposure.measures.lever_files import read_levers
    from exposure.report.files.lever_files import levers_csv, levers_json
    from exposure.report.text.levers import levers_text

    given = read_levers(options.levers)
    names = chosen_names(scenarios, options, DEFAULT_SCENARIOS)
    chosen, dataset = read_scenarios(names, options), read_tables(options)
    refuse_unknown(given, dataset, file=str(options.levers or ""))
    settings = settings_of(options, dataset=dataset)
    destination = None if settings.destination == "all" else settings.destination
    ranked = dataset.sector_ids(destination)
    for sector in options.sector or ():
        if sector not in ranked:
            raise unknown_sector(sector, ranked, dataset)
    results = run_all(dataset, chosen, settings, options)
    found = [_findings(result, given, options) for result in results]
    if options.form is Format.JSON:
        show(levers_json(found))
    elif options.form is Format.CSV:
        show(levers_csv(found))
    else:
        show("\n\n".join(levers_text(each) for each in found))


def _findings(
    result: "Assessment", given: "tuple[Lever, ...]", options: Options
) -> "LeverFindings":
    from exposure.cli.progress import progress
    from exposure.measures import effects, portfolios, stock_targets
    from exposure.report.lever_findings import LeverFindings

    name = result.scenario.name
    with progress(steps=1, quiet=options.quiet) as begin:
        found = effects.levers(
            result, given, sectors=options.sector, progress=begin(0, f"levers: {name}")
        )
        table = found.table
        pairs = found.pairs if options.pairs else None
        sets = portfolios.portfolios(found, options.budget) if options.budget else None
        stocks = (
            stock_targets.stock_targets(result, sectors=options.sector) if options.stocks else None
        )
    return LeverFindings(result, tuple(options.sector or ()), table, pairs, sets, stocks)


COMMANDS = (
    with_options(levers, "scenario", "sector", "budget", "levers", "pairs", "stocks", *RUN, "form"),
)
"""Commands of this module, in the order in which help lists them."""
