"""Commands on scenarios, the licence queue, and the comparison of the model with the record."""

from typing import Annotated

import typer

from exposure.cli.effects import as_warnings, idle_rules_of
from exposure.cli.messages import note, show, show_csv, show_results, warn
from exposure.cli.options import RUN, TABLES, Format, Options, with_options
from exposure.cli.parsers import draws_warnings
from exposure.cli.runs import (
    DEFAULT_SCENARIO,
    chosen_names,
    read_scenarios,
    read_tables,
    settings_of,
)
from exposure.cli.weekly import flow_text, stoppages_text

WEEKS_BETWEEN_LINES = 8
"""Weeks between the lines that `flow` shows on screen."""

FLOW_SETTINGS = ("destination", "draws", "seed", "horizon_weeks", "as_of")
"""Settings that the licence queue depends on."""

BACKTEST_SETTINGS = ("draws", "seed", "impact_threshold", "supply_method", "coupling")
"""Settings that the comparison with what happened depends on."""


def scenarios(
    name: Annotated[str | None, typer.Argument(help="Shipped name or TOML file.")] = None,
    *,
    options: Options,
) -> None:
    """List the shipped scenarios, or show what one of them assumes."""
    from exposure.policy.scenario_file import shipped_scenarios
    from exposure.report.files.csv_output import csv_text
    from exposure.report.files.listings import rules_frame, scenario_list_frame, scenarios_json
    from exposure.report.text.words import scenario_list_text, scenario_text

    found = read_scenarios(shipped_scenarios() if name is None else [name], options)
    if options.form is Format.JSON:
        show(scenarios_json(found))
    elif options.form is Format.CSV:
        show(csv_text(scenario_list_frame(found) if name is None else rules_frame(found[0])))
    else:
        show(scenario_list_text(found) if name is None else scenario_text(found[0]))


def flow(
    name: Annotated[
        str | None, typer.Argument(help="Shipped name or TOML file.", metavar="SCENARIO")
    ] = None,
    *,
    options: Options,
) -> None:
    """Show the effect of licence decisions week by week.

    The columns are applications, backlog, live licences and licensed flow, by class of buyer and
    goods.
    """
    from exposure.assessment import check_run
    from exposure.impact.prepared import run_window
    from exposure.licensing.flow_table import licensed_flow
    from exposure.report.files.file_records import of_run
    from exposure.report.files.json_output import flow_json

    names = chosen_names([name] if name else None, options, [DEFAULT_SCENARIO])
    (chosen,), dataset = read_scenarios(names, options), read_tables(options)
    settings = settings_of(options, dataset=dataset, used=FLOW_SETTINGS)
    warn(draws_warnings(settings.draws), options)
    seen, _ = check_run(dataset, chosen, settings)
    window = run_window(chosen, settings)
    warn(as_warnings(idle_rules_of(dataset, [seen], weeks=window.run)), options)
    every_week = settings.model_copy(update={"horizon_weeks": window.run})
    frame = licensed_flow(dataset, seen, every_week)
    frame = frame[frame["week"] >= window.first]
    if options.form is Format.JSON:
        show(flow_json(frame, dataset, chosen, settings))
    elif options.form is Format.CSV:
        show_csv(frame, of_run(dataset, [chosen], settings))
    else:
        note(f"every {WEEKS_BETWEEN_LINES}th week; --format csv has all, with intervals", options)
        some = frame["week"].isin(range(window.first, window.run, WEEKS_BETWEEN_LINES))
        show_results(flow_text(frame[some]), dataset, added=chosen.added)


def backtest(*, options: Options) -> None:
    """Compare the model with what happened.

    First the licence queue is compared with months of customs data that were not used in its fit,
    and with naive forecasts. Then the model is compared with reported stoppages and with sectors
    that continued to work.
    """
    from exposure.evidence.backtesting import backtest as run_backtest
    from exposure.evidence.stoppage_reports import stoppages
    from exposure.report.files.file_records import of_run
    from exposure.report.files.json_output import backtest_json

    dataset, settings = read_tables(options), settings_of(options, used=BACKTEST_SETTINGS)
    warn(draws_warnings(settings.draws), options)
    result = run_backtest(dataset, seed=settings.seed)
    if options.form is Format.CSV:
        show_csv(result.months, of_run(dataset, [], settings))
        return
    reports = stoppages(dataset, settings)
    if options.form is Format.JSON:
        show(backtest_json(result, reports, dataset, settings))
        return
    show_results(result.text(), dataset)
    show("\nStoppages reported, and sectors at work, under the record of what happened:")
    show(stoppages_text(reports))


COMMANDS = (
    with_options(scenarios, "after", "form"),
    with_options(flow, "scenario", *(name for name in RUN if name != "prior"), "form"),
    with_options(backtest, *TABLES[:2], "draws", "seed", "settings", *TABLES[2:], "form"),
)
"""Commands of this module, in the order in which help lists them."""
