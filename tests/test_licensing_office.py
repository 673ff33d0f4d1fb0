"""Number of applications of each case, worked by hand."""

import numpy as np
import pytest

from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.licensing.flows import class_sizes
from exposure.licensing.goods import Item
from exposure.licensing.office import buyer_weights, sizes
from exposure.licensing.plan import plan_office
from exposure.policy.rules import Rule
from exposure.tables.dataset import Dataset
from exposure.terms import BuyerClass, Tier
from tests.licensing_world import CIVIL, ORDINARY, START, dataset, inputs, scenario

MAGNET = Item(("Dy", "Tb", "Nd"), "heavy_magnet", "magnet")
TWIN = Item(("Dy", "Tb", "Nd"), "heavy_twin", "magnet")
DYSPROSIUM = Item(("Dy",), None, "separation")
SAMARIUM = Item(("Sm",), None, "separation")
NEODYMIUM = Item(("Nd",), None, "metal")


def of_goods(drawn: Inputs, *items: Item) -> dict[Item, float]:
    """Share of all applications that falls to each good, over all buyers."""
    plan = plan_office(drawn.index, scenario(ORDINARY), items, "USA", weeks=10)
    found = dict.fromkeys(items, 0.0)
    for (item, *_), share in sizes(drawn, plan).items():
        found[item] += float(share[0])
    return found


def with_twin(group: str) -> Inputs:
    """The small world with a second magnet like the heavy one, licensed as some group."""
    tables = dataset()
    heavy = tables.rows["components"][1]
    twin = heavy.model_copy(update={"component": "heavy_twin", "item_group": group})
    rows = {**tables.rows, "components": (*tables.rows["components"], twin)}
    return Inputs.of(Dataset.from_rows(rows, version="made up"), Sampler.first(1, 1))


def test_applications_for_an_element_are_shared_out_over_the_goods_that_hold_it():
    # Of 2 in all, samarium has 0.5, dysprosium 1 and terbium 0.5; neodymium is not controlled.
    found = of_goods(inputs(), MAGNET, DYSPROSIUM, SAMARIUM, NEODYMIUM)
    expected = {MAGNET: 0.5, DYSPROSIUM: 0.25, SAMARIUM: 0.25, NEODYMIUM: 0.0}
    assert found == pytest.approx(expected)


def test_components_of_one_item_are_applied_for_no_more_often_than_one_of_them():
    found = of_goods(with_twin("heavy_magnet"), MAGNET, TWIN, DYSPROSIUM, SAMARIUM)
    expected = {MAGNET: 0.25, TWIN: 0.25, DYSPROSIUM: 0.25, SAMARIUM: 0.25}
    assert found == pytest.approx(expected)
    # As two items they are: of dysprosium each has a third, of terbium a half.
    found = of_goods(with_twin("heavy_twin"), MAGNET, TWIN, DYSPROSIUM, SAMARIUM)
    each = (1.0 / 3.0 + 0.25) / 2.0
    expected = {MAGNET: each, TWIN: each, DYSPROSIUM: 1.0 / 6.0, SAMARIUM: 0.25}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("listed", "standard"), [(0.05, 0.65), (0.7, 0.0), (0.9, 0.0)])
def test_who_is_neither_trusted_nor_listed_is_standard_and_never_fewer_than_none(listed, standard):
    drawn = inputs(applications_listed=listed)
    plan = plan_office(drawn.index, scenario(ORDINARY), (MAGNET,), "USA", weeks=10)
    found = {buyer: float(share[0]) for buyer, share in buyer_weights(drawn, plan).items()}
    for buyer, part in ((BuyerClass.CIVIL, 0.8), (BuyerClass.DUAL, 0.15)):
        assert found[buyer, Tier.TRUSTED] == pytest.approx(part * 0.3)
        assert found[buyer, Tier.STANDARD] == pytest.approx(part * standard)
        assert found[buyer, Tier.LISTED] == pytest.approx(part * listed)


def test_a_class_is_as_large_as_its_cases_and_one_without_applications_hardly_counts():
    drawn = inputs()
    small = Rule(element="Sm", buyer_class="military", tier="listed", starts=START, state="general")
    unseen = Rule(element="Nd", stage="metal", starts=START, state="fast_track")
    plan = plan_office(
        drawn.index,
        scenario(ORDINARY, small, unseen),
        (MAGNET, SAMARIUM, NEODYMIUM),
        "USA",
        weeks=10,
    )
    of_case = sizes(drawn, plan)
    found = {
        queue_class.members: float(size[0])
        for queue_class, size in zip(plan.classes, class_sizes(plan, of_case), strict=True)
    }
    military = (BuyerClass.MILITARY, Tier.LISTED)
    assert found[((SAMARIUM, *military),)] == pytest.approx(0.25 * 0.05 * 0.05)
    for members, size in found.items():
        applied = float(np.sum([of_case[key][0] for key in members]))
        assert size == pytest.approx(max(applied, 1e-9), rel=1e-12)
    assert min(found.values()) == 1e-9
    assert found[next(cases for cases in found if (NEODYMIUM, *CIVIL) in cases)] == 1e-9
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-8)
