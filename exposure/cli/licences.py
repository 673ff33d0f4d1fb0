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
)


def scenarios(
    name: Annotated[str | None, typer.Argument(help="Shipped name or TOML file.")] = None,
) -> None:
    """List the shipped scenarios, or say what one of them assumes."""
    from exposure.policy.scenario_file import shipped_scenarios
    from exposure.report.words import scenario_list_text, scenario_text

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
    from exposure.impact.licensed import licensed_flow

    settings = make_settings(destination=destination, draws=draws, seed=seed, horizon_weeks=horizon)
    (chosen,) = read_scenarios([scenario], after=after)
    show_frame(licensed_flow(read_tables(data, overlay), chosen, settings), form)


def backtest(data: Data = None, form: Form = Format.TABLE) -> None:
    """Hold the licence queue against customs data it was not fitted on."""
    from exposure.backtesting import backtest as run_backtest

    result = run_backtest(read_tables(data))
    if form is Format.TABLE:
        show(result.text())
    else:
        show_frame(result.months, form)


COMMANDS = (scenarios, flow, backtest)
"""In the order in which help lists them."""
