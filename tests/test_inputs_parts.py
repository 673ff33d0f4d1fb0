"""Parts of runs that are kept: they are reused if none of their inputs has changed."""

from contextlib import contextmanager
from datetime import date

import numpy as np
import pytest

import exposure as ex
from exposure.cli import main
from exposure.inputs import parts
from exposure.inputs.cells import Inputs
from exposure.inputs.index import Index
from exposure.inputs.parts import Part, Store, keep_parts, make_part
from exposure.inputs.streams import Sampler
from exposure.licensing.grants import grant_planned, plan_grants
from exposure.tables.dataset import Dataset, row_key
from exposure.tables.schema.rows import QuantityRow
from exposure.values import same
from tests.shared_tables import KEPT
from tests.tiny import add_parameter, tiny_dataset, write_folder
from tests.tiny_world import world_records

pytestmark = pytest.mark.usefixtures("nothing_kept")

SETTINGS = ex.Settings(prior=True, draws=6, horizon_weeks=30, destination="all")
MOST_CHANGES = 10
CORRELATION = ("stock_correlation", "*")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    records = world_records()
    add_parameter(records, "stock_correlation", 0.5, "correlation")
    for row in records["cover"]:
        if row["sector"] == "missiles":
            row["sector"] = "made_up"  # the group of all sectors
    return tiny_dataset(records)


def moved(dataset: Dataset) -> list[Dataset]:
    """Datasets in each of which one figure is another, drawn from all figures."""
    every = [
        changed
        for rows in dataset.rows.values()
        for changed in rows
        if isinstance(changed, QuantityRow)
    ]
    changed = []
    for row in (every[i] for i in np.random.default_rng(5).permutation(len(every))):
        table, key = row_key(row)
        try:
            changed.append(ex.with_value(dataset, table, key, value=0.9 * row.central + 0.05))
        except (ex.errors.TableError, ex.errors.UnknownNameError):
            continue  # a figure that has to be a whole number, or one of a set
        if len(changed) == MOST_CHANGES:
            break
    return changed


def test_a_changed_figure_gives_the_same_with_kept_parts_as_without(dataset):
    scenario = ex.read_scenario("london_truce")
    base, different = ex.assess(dataset, scenario, SETTINGS, workers=1).ranking, 0
    for changed in moved(dataset):
        found = ex.assess(changed, scenario, SETTINGS, workers=1)
        again = ex.assess(dataset, scenario, SETTINGS, workers=1)
        keep_parts(0)
        fresh = ex.assess(changed, scenario, SETTINGS, workers=1)
        keep_parts(parts.LIMIT)
        ex.assess(dataset, scenario, SETTINGS, workers=1)
        assert same(found.sectors, fresh.sectors), changed.changed
        assert again.ranking.equals(base), changed.changed
        different += not fresh.ranking.equals(base)
    assert different > MOST_CHANGES // 4


def stopped(tables: Dataset, course: ex.Scenario) -> bytes:
    """Shares stopped of all classes of an office, of a course that is scored from week 78 on."""
    inputs = Inputs.of(tables, Sampler.first(6, seed=1))
    plan = plan_grants(inputs.index, course, ["USA"], weeks=104, first=78)
    flows = grant_planned(inputs, plan).flows["USA"].values()
    return b"".join(flow.stopped.tobytes() for flow in flows if flow.stopped is not None)


def test_courses_that_part_early_or_late_have_the_same_flows_with_kept_parts_as_without(dataset):
    base = ex.read_scenario("licences_queued")
    courses = [base] + [
        base.with_rules([f"Sm, civil, {rule}, from {day}"])
        for day in ("2025-12-01", "2026-12-01")
        for rule in ("withheld", "ordinary, delay_weeks=20", "ordinary, delay_weeks=0")
    ]
    key = ("*", "*", "*", "capacity_share_per_week", "")
    slow = ex.with_value(dataset, "licence_queue", key, value=(0.01, 0.02, 0.03))
    runs = [(tables, course) for course in courses for tables in (dataset, slow)]
    kept = [stopped(tables, course) for tables, course in runs]
    keep_parts(0)
    for found, (tables, course) in zip(kept, runs, strict=True):
        assert found == stopped(tables, course), course.added
    assert len(set(kept)) == len(runs)


def test_a_command_keeps_parts_up_to_its_limit_and_drops_them_at_its_end(monkeypatch, tmp_path):
    within, limits = getattr(parts.parts_within, KEPT), []

    @contextmanager
    def seen(megabytes: float):
        before = parts.STORE.limit
        with within(megabytes):
            limits.append(megabytes)
            assert parts.STORE.limit == min(before, megabytes * parts.MEGABYTE)
            yield
            assert parts.STORE.size > 0
        assert (parts.STORE.limit, parts.STORE.size) == (before, 0)

    monkeypatch.setattr(parts, "parts_within", seen)
    tables = str(write_folder(tmp_path))
    assert main(["rank", "full_withhold", "--draws", "4", "--data", tables, "--quiet"]) == 0
    assert len(limits) == 1


def test_a_second_use_of_drawn_cells_notes_all_their_rows(dataset):
    inputs = Inputs.of(dataset, Sampler.first(4, seed=1))
    row = inputs.index.cell("cover", ("made_up", "smco_magnet", "stock_weeks"))
    assert row is not None
    made = [
        make_part(
            name, inputs.index, lambda name=name: (inputs.under(name).draw(row), {}), kept=False
        )
        for name in ("first", "second")
    ]
    assert made[0].trace == made[1].trace
    assert ("cell", ("parameters", CORRELATION)) in made[1].trace
    for name in ("first", "second"):
        assert ("parameters", CORRELATION) in inputs.read_by(name)


class Answers:
    """Tables that answer one question."""

    def __init__(self, serial: int, answer: int) -> None:
        self.serial, self.answer = serial, answer
        self.answers: parts.Trace = {}
        self.root = self
        self.moved: set[parts.Question] = set()

    @parts.question
    def figure(self) -> int:
        return self.answer


def kept_part(store: Store, tables: Answers, *, size: int = 8) -> Part[object]:
    with parts.written_down() as trace:
        value: object = (np.zeros(size), tables.figure())
    part = Part.of(value, tables, trace, {}, kept=True)
    store.keep("name", part)
    return part


def test_a_part_is_reused_only_for_tables_with_equal_answers():
    store = Store()
    part = kept_part(store, Answers(1, 5))
    assert store.find("name", Answers(2, 5)) is part
    assert store.find("name", Answers(3, 6)) is None
    assert store.find("other", Answers(2, 5)) is None


def test_a_store_gives_up_what_it_has_no_room_for():
    store = Store(megabytes=1)
    for answer in range(6):
        kept_part(store, Answers(answer, answer), size=40_000)
        assert store.size <= store.limit
    assert store.find("name", Answers(9, 5)) is not None
    assert store.find("name", Answers(8, 0)) is None
    store.clear()
    assert store.find("name", Answers(7, 5)) is None
    assert store.size == 0


def test_parts_that_are_dropped_while_others_are_made_are_not_missed(dataset, monkeypatch):
    key = ("electric_vehicles", "ndfeb_heavy_magnet", "criticality_share")
    changed = ex.with_value(dataset, "needs", key, value=0.6)
    fresh = ex.assess(changed, "london_truce", SETTINGS)
    keep_parts(parts.LIMIT)
    ex.assess(dataset, "london_truce", SETTINGS)
    keep = Store.keep

    def keep_alone(self: Store, name: tuple[object, ...], part: Part[object]) -> None:
        if name[0] == "block":
            self.clear()
        keep(self, name, part)

    monkeypatch.setattr(Store, "keep", keep_alone)
    assert same(ex.assess(changed, "london_truce", SETTINGS).sectors, fresh.sectors)


def test_a_set_of_moved_questions_that_is_being_read_does_not_change(dataset):
    """Another thread may ask the original tables something new in the meantime."""
    keys = [
        row_key(row)[1]
        for row in dataset.rows["cover"]
        if isinstance(row, QuantityRow) and row.quantity == "lag_weeks"
    ]
    root = Index(dataset)
    changes = {("cover", *key): (0.0, 0.0, 0.0) for key in keys}
    index = Index(ex.with_values(dataset, changes), root)
    root.cell("cover", keys[0])
    reading = iter(index.moved)
    for key in keys[1:]:
        root.cell("cover", key)
    assert index.moved == {("cell", ("cover", key)) for key in keys}
    assert list(reading) == [("cell", ("cover", keys[0]))]


@pytest.mark.usefixtures("nothing_kept")
def test_the_queue_of_earlier_weeks_notes_no_rows_of_the_course_that_ran_first():
    base = ex.read_scenario("free_flow").model_copy(
        update={"start": date(2025, 4, 4), "scored_from": date(2025, 6, 6)}
    )
    now = "Dy, withheld, from 2025-04-04, until 2025-09-01"
    first, second = (
        base.with_rules([now, f"Sm, {state}, from 2025-09-01"])
        for state in ("ordinary", "withheld")
    )
    dataset, settings = ex.read_dataset(), ex.Settings(draws=2, prior=True)
    alone = ex.assess(dataset, second, settings).ranking
    keep_parts(0)
    keep_parts(512)
    ex.assess(dataset, first, settings)
    after = ex.assess(dataset, second, settings).ranking
    assert alone.equals(after)
