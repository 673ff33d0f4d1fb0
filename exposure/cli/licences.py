"""Commands about scenarios, the licence queue, and how it held against what happened."""

from typing import Annotated

import typer

from exposure.cli.output import (
    After,
    Data,
    Destination,
    Draws,
    Form,
    Format,
    Horizon,
    Overlay,
    Seed,
    make_settings,
    read_scenarios,
    read_tables,
    show,
    show_frame,
    tell,
    warn_of_draws,
)
from exposure.cli.weekly import flow_text, stoppages_text

WEEKS_BETWEEN_LINES = 8
"""Weeks between the lines that `flow` shows on screen."""


def scenarios(
    name: Annotated[str | None, typer.Argument(help="Shipped name or TOML file.")] = None,
) -> None:
    """List the shipped scenarios, or say what one of them assumes."""
    from exposure.policy.scenario_file import shipped_scenarios
    from exposure.report.text.words import scenario_list_text, scenario_text

    if name is not None:
        show(scenario_text(read_scenarios([name])[0]))
    else:
        show(scenario_list_text(read_scenarios(shipped_scenarios())))


def flow(
    scenario: Annotated[str, typer.Argument(help="Shipped name or TOML file.")],
    data: Data = None,
    overlay: Overlay = None,
    destination: Destination = "USA",
    draws: Draws = 1024,
    seed: Seed = 7,
    horizon: Horizon = 104,
    after: After = None,
    form: Form = Format.TABLE,
) -> None:
    """Show what a licence decision does week by week.

    Applications, backlog, live licences and licensed flow, by class of buyer and goods.
    """
    from exposure.licensing.flow_table import licensed_flow
    from exposure.report.files.json_output import flow_json

    (chosen,) = read_scenarios([scenario], after=after)
    dataset = read_tables(data, overlay)
    settings = make_settings(
        dataset=dataset, destination=destination, draws=draws, seed=seed, horizon_weeks=horizon
    )
    warn_of_draws(draws)
    frame = licensed_flow(dataset, chosen, settings)
    if form is Format.JSON:
        show(flow_json(frame, dataset, chosen, settings))
        return
    if form is Format.CSV:
        show_frame(frame, form)
        return
    tell(f"every {WEEKS_BETWEEN_LINES}th week; --format csv has all, with intervals")
    show(flow_text(frame[frame["week"] % WEEKS_BETWEEN_LINES == 0]))


def backtest(data: Data = None, form: Form = Format.TABLE) -> None:
    """Hold the model against what happened.

    The licence queue against months of customs data it was not fitted on, beside naive
    forecasts; then reported stoppages, and sectors that went on working, against the model.
    """
    from exposure.evidence.backtesting import backtest as run_backtest
    from exposure.evidence.stoppage_reports import stoppages
    from exposure.report.files.json_output import backtest_json

    dataset, settings = read_tables(data), make_settings()
    result, reports = run_backtest(dataset), stoppages(dataset, settings)
    if form is Format.JSON:
        show(backtest_json(result, reports, dataset, settings))
        return
    if form is Format.CSV:
        show_frame(result.months, form)
        return
    show(result.text())
    show("\nStoppages reported, and sectors at work, under the record of what happened:")
    show(stoppages_text(reports))


COMMANDS = (scenarios, flow, backtest)
"""In the order in which help lists them."""
