"""One row per licence state, and no other list of them."""

import ast
from pathlib import Path

import exposure
from exposure.licensing.states import (
    FIGURES,
    LISTED_DELAY,
    LOOK_THROUGH,
    STATES,
    priority_of,
    quantity_of,
)
from exposure.licensing.terms import LicenceTerms
from exposure.policy.rules import Overrides
from exposure.tables.schema.policy import OFFICE_QUANTITIES, LicenceQueueRow
from exposure.terms import LicenceState, Tier

PACKAGE = Path(exposure.__file__).parent
HOMES = {PACKAGE / "terms.py", PACKAGE / "licensing" / "states.py"}


def states_named(path: Path) -> set[str]:
    """States that a module names one by one."""
    text = path.read_text(encoding="utf-8")
    if "LicenceState." not in text:
        return set()
    return {
        node.attr
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "LicenceState"
        and node.attr in LicenceState.__members__
    }


def test_every_state_has_a_row_in_the_order_of_strictness() -> None:
    assert list(STATES) == list(LicenceState)
    assert [row.strictness for row in STATES.values()] == list(range(len(LicenceState)))


def test_no_other_module_lists_states() -> None:
    # Free and withheld are the two ends: no licence is needed, and none is given.
    others = [path for path in PACKAGE.rglob("*.py") if path not in HOMES]
    named = {path: states_named(path) - {"FREE", "WITHHELD"} for path in others}
    assert {path: states for path, states in named.items() if states} == {}


def test_every_quantity_of_the_queue_is_read_for_cases_or_for_the_office() -> None:
    read = {LOOK_THROUGH.quantity, LISTED_DELAY} | {
        quantity_of(figure, state, tier=Tier.STANDARD, upstream=upstream)
        for state, row in STATES.items()
        if row.decides
        for figure in FIGURES
        for upstream in (False, True)
    }
    assert not read & OFFICE_QUANTITIES
    assert read | OFFICE_QUANTITIES == set(LicenceQueueRow.MEASURES)


def test_every_figure_is_a_term_and_can_be_set_by_a_rule() -> None:
    for figure in FIGURES:
        assert figure.name in LicenceTerms.__dataclass_fields__
        assert figure.name in Overrides.model_fields
    assert LOOK_THROUGH.name in Overrides.model_fields


def test_listed_parties_come_last_whatever_their_state() -> None:
    assert priority_of(LicenceState.GENERAL, Tier.TRUSTED) == 0
    last = max(row.priority for row in STATES.values())
    assert {priority_of(state, Tier.LISTED) for state in LicenceState} == {last}
