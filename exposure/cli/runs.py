"""Runs of a command: its options become tables, scenarios, settings and results.

All faults are reported before the first run.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, TypeVar

from exposure.cli.effects import as_warnings, doubtful, idle_in_runs, idle_rules_of, idle_tables
from exposure.cli.messages import note, warn
from exposure.cli.parsers import (
    assignments,
    check_destination,
    check_names,
    check_open_end,
    draws_warnings,
)
from exposure.cli.progress import progress
from exposure.errors import ExposureError, SettingsError, UnknownNameError
from exposure.faults import Fault

if TYPE_CHECKING:
    from exposure.cli.options import Options
    from exposure.policy.scenario import Scenario
    from exposure.result import Assessment
    from exposure.settings import Settings
    from exposure.tables.dataset import Dataset

Item = TypeVar("Item")
Result = TypeVar("Result")

WORLDS = 160
"""Megabytes of kept parts: courses have worlds, offices and the weeks before scoring in common."""

DEFAULT_SCENARIO = "licences_continue"
"""Default scenario of a command that takes one."""

DEFAULT_SCENARIOS = ("licences_continue", "licences_queued", "licences_withheld")
"""Default scenarios of `rank` and `report`, scored from the last day in the tables."""

OWN_OPTIONS = ("destination", "draws", "seed", "horizon_weeks", "as_of")
"""Settings that have an option of the same name."""


def read_tables(options: "Options") -> "Dataset":
    """Read the tables that the options name, and apply the overlays in order."""
    from exposure.tables.reading.folders import read_dataset
    from exposure.tables.reading.overlays import apply_overlay

    dataset = read_dataset(options.data)
    for folder in options.overlay or ():
        dataset = apply_overlay(dataset, folder)
    warn([*doubtful(dataset), *as_warnings(idle_tables(dataset, options))], options)
    return dataset


def chosen_names(
    named: Sequence[str] | None, options: "Options", default: Sequence[str]
) -> Sequence[str]:
    """Scenarios that a command runs: its arguments, or `--scenario`, or the default."""
    if named and options.scenario is not None:
        raise UnknownNameError(
            f"found scenario '{options.scenario}' with --scenario, and '{named[0]}' as argument; "
            "expected one of the two; leave --scenario out"
        )
    return named or ([options.scenario] if options.scenario is not None else default)


def read_scenarios(names: Sequence[str], options: "Options") -> "list[Scenario]":
    """Read scenarios, continue those with an open end as chosen, and add rules to them.

    Raises
    ------
    ExposureError
        With the faults of all of them.
    """
    from exposure.policy.rule_words import rules_in_words
    from exposure.policy.scenario_file import read_scenario, shipped_scenarios

    check_names(names, shipped_scenarios())
    rules = rules_in_words(options.rule or ())
    scenarios = each(read_scenario, names)
    if options.after is not None:
        check_open_end(scenarios)
        scenarios = [
            read_scenario(name, after=options.after) if scenario.open_end else scenario
            for name, scenario in zip(names, scenarios, strict=True)
        ]
    return each(lambda scenario: scenario.with_rules(rules), scenarios)


def each(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Call a function for all items, and raise the errors of all of them together."""
    results, errors = [], []
    for item in items:
        try:
            results.append(work(item))
        except ExposureError as error:
            errors.append(error)
    if errors:
        raise together(errors)
    return results


def together(errors: Sequence[ExposureError]) -> ExposureError:
    """Merge several errors into one without repeating faults; it has the class of the first."""
    # A mixture repeats the faults of a member.
    faults = dict.fromkeys(fault for error in errors for fault in error.faults)
    texts = dict.fromkeys(map(str, errors))
    problem = faults if all(error.faults for error in errors) else "\n".join(texts)
    return type(errors[0])(problem, skipped=any(error.skipped for error in errors))


def settings_of(
    options: "Options",
    *,
    dataset: "Dataset | None" = None,
    used: Collection[str] | None = None,
    **given: object,
) -> "Settings":
    """Make settings of the options.

    Parameters
    ----------
    options
        Shared options, those set by name among them.
    dataset
        Tables, to refuse a destination that they do not have.
    used
        Settings that the command uses; None for all. Others give a warning.
    given
        Settings that the command sets itself.

    Raises
    ------
    SettingsError
        If a setting is unknown, outside its range or given twice.
    """
    from exposure.settings import Settings

    values = {name: getattr(options, name) for name in OWN_OPTIONS}
    chosen = {name: value for name, value in values.items() if value is not None}
    chosen |= {"prior": True} if options.prior else {}
    chosen |= given
    by_name = assignments(options.settings or ())
    _refuse_twice(sorted(chosen.keys() & by_name.keys()))
    whole = {**chosen, **by_name}
    if dataset is not None and "destination" in whole:
        check_destination(str(whole["destination"]), dataset)
    settings = Settings.model_validate(whole)
    unused = [name for name in (*by_name, *chosen) if used is not None and name not in used]
    warn([f"this command does not use the setting {name}" for name in unused], options)
    return settings


def _refuse_twice(names: Sequence[str]) -> None:
    if names:
        expected = "each setting once"
        raise SettingsError(
            Fault(name, "--set and another option for it", expected, "leave --set out")
            for name in names
        )


def run_all(
    dataset: "Dataset", scenarios: "Sequence[Scenario]", settings: "Settings", options: "Options"
) -> "list[Assessment]":
    """Assess each scenario, showing progress, and print notes on the results."""
    from exposure.assessment import assess, check_run
    from exposure.impact.prepared import run_window
    from exposure.inputs.parts import parts_within

    seen = each(lambda scenario: check_run(dataset, scenario, settings)[0], scenarios)
    weeks = max((run_window(scenario, settings).run for scenario in scenarios), default=None)
    idle = idle_rules_of(dataset, seen, weeks=weeks)
    warn([*draws_warnings(settings.draws), *as_warnings(idle)], options)
    with progress(steps=len(scenarios), quiet=options.quiet) as begin, parts_within(WORLDS):
        results = [
            assess(dataset, scenario, settings, progress=begin(step, scenario.name))
            for step, scenario in enumerate(scenarios)
        ]
    warn(as_warnings(idle_in_runs(dataset, results)), options)
    _note_what_was_learnt_later(dataset, settings, options)
    conditioned = results[0].conditioned if results else None
    if conditioned is not None and conditioned.note:
        note(f"note: {conditioned.note}", options)
    return results


def _note_what_was_learnt_later(
    dataset: "Dataset", settings: "Settings", options: "Options"
) -> None:
    from exposure.citations import learnt_later

    if settings.as_of is not None:
        later, sourced = learnt_later(dataset, settings.as_of)
        if later:
            note(
                f"note: {later} of {sourced} sourced figures were published after "
                f"{settings.as_of}; --as-of hides later rules and observations, not what the "
                "tables learnt later",
                options,
            )
