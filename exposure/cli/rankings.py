"""Commands that rank, explain and report."""

from pathlib import Path
from typing import Annotated

import typer

from exposure.cli.output import (
    DEFAULT_SCENARIO,
    DEFAULT_SCENARIOS,
    After,
    AsOf,
    Data,
    Destination,
    Draws,
    Form,
    Format,
    Horizon,
    OneScenario,
    Overlay,
    Prior,
    Quiet,
    Scenarios,
    Seed,
    make_settings,
    read_scenarios,
    read_tables,
    run_all,
    show,
    tell,
)
from exposure.errors import unknown_name


def rank(
    scenarios: Scenarios = None,
    data: Data = None,
    overlay: Overlay = None,
    destination: Destination = "USA",
    draws: Draws = 1024,
    seed: Seed = 7,
    horizon: Horizon = 104,
    as_of: AsOf = None,
    after: After = None,
    prior: Prior = False,
    form: Form = Format.TABLE,
    quiet: Quiet = False,
) -> None:
    """Rank sectors under one or more scenarios.

    Without a scenario: london_truce, full_withhold and free_flow.
    """
    from exposure.report.files.csv_output import ranking_csv
    from exposure.report.files.json_output import ranking_json
    from exposure.report.text.words import ranking_text

    chosen = read_scenarios(scenarios or DEFAULT_SCENARIOS, after=after)
    dataset = read_tables(data, overlay)
    settings = make_settings(
        as_of, dataset=dataset, destination=destination, draws=draws, seed=seed,
        horizon_weeks=horizon, prior=prior,
    )  # fmt: skip
    results = run_all(dataset, chosen, settings, quiet=quiet)
    if form is Format.JSON:
        show(ranking_json(results))
    elif form is Format.CSV:
        show(ranking_csv(results))
    else:
        show("\n\n".join(ranking_text(own) for own in results))


def explain(
    sector: Annotated[str, typer.Argument(help="Id of a sector, such as missiles.")],
    scenario: OneScenario = DEFAULT_SCENARIO,
    data: Data = None,
    overlay: Overlay = None,
    draws: Draws = 1024,
    seed: Seed = 7,
    horizon: Horizon = 104,
    as_of: AsOf = None,
    after: After = None,
    prior: Prior = False,
    quiet: Quiet = False,
) -> None:
    """Say what a sector's score is made of, and what it rests on."""
    from exposure.report.text.words import explain_text
    from exposure.tables.schema.demand import SectorRow

    dataset = read_tables(data, overlay)
    homes = {row.sector: row.destination for row in dataset.rows_of(SectorRow)}
    if sector not in homes:
        raise unknown_name("sector", sector, homes)
    settings = make_settings(
        as_of, destination=homes[sector], draws=draws, seed=seed, horizon_weeks=horizon,
        prior=prior,
    )  # fmt: skip
    chosen = read_scenarios([scenario], after=after)
    (result,) = run_all(dataset, chosen, settings, quiet=quiet)
    show(explain_text(result, sector))


def report(
    scenarios: Scenarios = None,
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("exposure-report"),
    data: Data = None,
    overlay: Overlay = None,
    destination: Destination = "USA",
    draws: Draws = 1024,
    seed: Seed = 7,
    horizon: Horizon = 104,
    as_of: AsOf = None,
    after: After = None,
    prior: Prior = False,
    quiet: Quiet = False,
) -> None:
    """Write a report (HTML, JSON, CSV, figures) and print the rankings.

    Without a scenario: london_truce, full_withhold and free_flow.
    """
    from exposure.report.files.report_folder import write_report
    from exposure.report.text.words import ranking_text

    chosen = read_scenarios(scenarios or DEFAULT_SCENARIOS, after=after)
    dataset = read_tables(data, overlay)
    settings = make_settings(
        as_of, dataset=dataset, destination=destination, draws=draws, seed=seed,
        horizon_weeks=horizon, prior=prior,
    )  # fmt: skip
    results = run_all(dataset, chosen, settings, quiet=quiet)
    files = write_report(results, out)
    show("\n\n".join(ranking_text(own) for own in results))
    tell(f"wrote {len(files)} files to {out}; open {out / 'report.html'}", quiet=quiet)


COMMANDS = (rank, explain, report)
"""In the order in which help lists them."""
