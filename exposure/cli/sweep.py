"""The command that runs a grid of scenarios."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.messages import note, say, warn
from exposure.cli.options import RUN, Options, with_options
from exposure.cli.parsers import draws_warnings
from exposure.cli.progress import progress
from exposure.cli.runs import each, read_tables, settings_of
from exposure.errors import SettingsError
from exposure.faults import Fault

if TYPE_CHECKING:
    from concurrent.futures import Executor

SCHEDULER_SECONDS = 10
"""Time that a scheduler has to answer."""


def sweep(
    grid: Annotated[Path, typer.Argument(help="TOML file of a grid, or folder of scenario files.")],
    out: Annotated[Path, typer.Option(help="File to write: .csv or .parquet.")] = Path("sweep.csv"),
    processes: Annotated[
        int, typer.Option(min=1, help="Processes that share the work on this machine.")
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Dask scheduler whose workers do the work, such as tcp://10.0.0.5:8786.",
        ),
    ] = None,
    *,
    options: Options,
) -> None:
    """Run every scenario of a grid, and write losses and ranks as one tidy table.

    An interrupted sweep keeps its finished parts in a folder next to the output file. The same
    command continues from there, and the output has the same bytes.
    """
    from exposure.assessment import check_run
    from exposure.ensembles import Ensemble
    from exposure.policy.grid import read_grid
    from exposure.report.files.sweep_files import Sweep, check_out, write_sweep

    check_out(out)
    _check_where(processes, scheduler)
    points, dataset = read_grid(grid), read_tables(options)
    settings = settings_of(options, dataset=dataset)
    warn(draws_warnings(settings.draws), options)
    scenarios = [point.scenario for point in points]
    each(lambda scenario: check_run(dataset, scenario, settings), scenarios)
    planned = Sweep(Ensemble.of(dataset, scenarios, settings), points, out)
    try:
        with (
            _executor(processes, scheduler) as executor,
            progress(steps=1, quiet=options.quiet) as begin,
        ):
            earlier = write_sweep(planned, executor, progress=begin(0, f"{len(points)} scenarios"))
    except (KeyboardInterrupt, SystemExit):
        say(f"finished parts are kept in {planned.folder}; run the same command to continue")
        raise
    if earlier:
        note(f"{earlier} of {len(planned.ensemble.tasks)} parts were there", options)
    note(f"wrote {len(points)} scenarios to {out}", options)


def _check_where(processes: int, scheduler: str | None) -> None:
    from importlib.util import find_spec

    if scheduler is None:
        return
    faults = []
    if processes > 1:
        faults.append(
            Fault("--processes", f"{processes} with --scheduler", "one of them", "leave one out")
        )
    if find_spec("distributed") is None:
        cure = "run pip install 'rare-earth-exposure[distributed]'"
        faults.append(Fault("--scheduler", "no Dask distributed", "it installed", cure))
    if faults:
        raise SettingsError(faults)


@contextmanager
def _executor(processes: int, scheduler: str | None) -> "Iterator[Executor | None]":
    """Executor of the tasks: workers of a scheduler, several processes, or this process."""
    if scheduler is not None:
        with _dask(scheduler) as executor:
            yield executor
    elif processes > 1:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        from exposure.cli.process import begin_worker

        # A forked process with threads may deadlock, so start new processes.
        with ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=begin_worker
        ) as pool:
            yield pool
    else:
        yield None


@contextmanager
def _dask(address: str) -> "Iterator[Executor]":
    from distributed import Client

    try:
        client = Client(address, timeout=SCHEDULER_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        cure = "start one with 'dask scheduler', and name the address that it prints"
        fault = Fault("--scheduler", f"no answer from '{address}'", "a scheduler of Dask", cure)
        raise SettingsError([fault]) from error
    with client:
        yield client.get_executor()  # type: ignore[no-untyped-call]


COMMANDS = (with_options(sweep, *(name for name in RUN if name not in {"after", "rule"})),)
"""Commands of this module, in the order in which help lists them."""
