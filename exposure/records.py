"""The record of a result: everything it was made from, in plain values that JSON can hold.

Equal records give equal bytes. A record contains neither the time nor the place of a run.
"""

import hashlib
from collections.abc import Sequence

from exposure.evidence.conditioned_list import RecordMet
from exposure.policy.rule_words import in_words
from exposure.policy.scenario import Scenario
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.version import __version__, library_versions


def tables_record(dataset: Dataset) -> dict[str, object]:
    """Versions of code and tables, overlays on the tables, and figures changed by hand.

    Examples
    --------
    >>> import exposure as ex
    >>> list(tables_record(ex.read_dataset()))[2:]
    ['dataset_version', 'dataset_digest', 'overlaid', 'changed']
    """
    return {
        "package_version": __version__,
        "library_versions": dict(library_versions()),
        "dataset_version": dataset.version,
        "dataset_digest": dataset.digest,
        "overlaid": [overlay.record() for overlay in dataset.overlaid],
        "changed": [change.record() for change in dataset.changed],
    }


def draws_record(conditioned: RecordMet | None) -> dict[str, object]:
    """Draws that were used: those of the tables, or those that agree with the record."""
    if conditioned is None:
        return {"conditioned": False}
    return {
        "conditioned": True,
        "acceptance": conditioned.acceptance,
        "numbers_digest": hashlib.sha256(conditioned.numbers.tobytes()).hexdigest(),
        "note": conditioned.note,
    }


def scenario_record(scenario: Scenario) -> dict[str, object]:
    """Name and digest of a scenario, and the rules that were added to it."""
    return {
        "scenario": scenario.scenario,
        "scenario_digest": scenario.digest,
        "rules_on_top": [in_words(rule) for rule in scenario.added],
    }


def run_record(
    dataset: Dataset, scenarios: Sequence[Scenario], settings: Settings
) -> dict[str, object]:
    """All inputs of the results of one or several scenarios.

    Parameters
    ----------
    dataset, settings
        Common to all.
    scenarios
        In the order in which they were run.
    """
    return {
        **tables_record(dataset),
        "settings": settings.model_dump(mode="json"),
        "scenarios": [scenario_record(scenario) for scenario in scenarios],
    }
