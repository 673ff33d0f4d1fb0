"""Exit-stage split: closed forms, bounds, and the comparison of its two methods."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exposure.supply.exit_stage import exit_shares, exit_shares_of_flow, share_in_exports

UNIT = st.floats(0.0, 1.0, allow_subnormal=False)
STAGES = st.integers(1, 5)


@st.composite
def stage_shares(draw, stages=STAGES):
    count = draw(stages)
    return draw(arrays(np.float64, (count, 1), elements=UNIT))


@st.composite
def flows(draw):
    """A network of 2 to 4 countries over 1 to 4 stages; China is country 0."""
    countries, stages = draw(st.integers(2, 4)), draw(st.integers(1, 4))
    positive = st.floats(0.001, 1.0)
    feeds = [
        draw(arrays(np.float64, (countries, countries), elements=positive))
        for _ in range(stages - 1)
    ]
    purchases = draw(arrays(np.float64, (countries,), elements=positive))
    return [feed / feed.sum(axis=0) for feed in feeds], purchases / purchases.sum()


def china_share_by_stage(feeds, purchases):
    """China's share of the tonnes at each stage on the way to the buyer, upstream first."""
    tonnes, shares = purchases, [purchases[0]]
    for feed in reversed(feeds):
        tonnes = feed @ tonnes
        shares.append(tonnes[0])
    return shares[::-1]


def test_worked_network_splits_as_computed_by_hand():
    def feed(chinese):
        return np.array([[1.0, chinese], [0.0, 1.0 - chinese]])

    chi = exit_shares_of_flow([feed(0.1), feed(0.7), feed(0.6)], np.array([0.75, 0.25]))
    # 0.25 x (0.6, 0.4 x 0.7, 0.4 x 0.3 x 0.1) and 0.75
    assert chi == pytest.approx([0.003, 0.07, 0.15, 0.75])
    assert 1 - chi.sum() == pytest.approx(0.027)


@given(flows())
@settings(max_examples=60, deadline=None)
def test_flow_splits_all_supply_within_the_frechet_hoeffding_bounds(flow):
    chi = exit_shares_of_flow(*flow)
    dependence, shares = chi.sum(), china_share_by_stage(*flow)
    assert (chi >= 0).all()
    assert dependence <= 1 + 1e-12
    # Stage by stage exits are at most China's share there.
    assert max(shares) - 1e-9 <= dependence <= min(1.0, sum(shares)) + 1e-9


@given(flows(), st.randoms())
@settings(max_examples=30, deadline=None)
def test_permuting_other_countries_changes_nothing(flow, random):
    feeds, purchases = flow
    others = list(range(1, len(purchases)))
    random.shuffle(others)
    order = [0, *others]
    moved = [feed[np.ix_(order, order)] for feed in feeds]
    assert exit_shares_of_flow(moved, purchases[order]) == pytest.approx(
        exit_shares_of_flow(feeds, purchases)
    )


@given(flows(), st.floats(0.0, 1.0))
@settings(max_examples=30, deadline=None)
def test_splitting_a_country_in_two_changes_nothing(flow, part):
    feeds, purchases = flow
    # The last country becomes two with equal columns that share its rows.
    split = [np.vstack([f[:-1], part * f[-1:], (1 - part) * f[-1:]]) for f in feeds]
    split = [np.hstack([f, f[:, -1:]]) for f in split]
    bought = np.concatenate([purchases[:-1], [part * purchases[-1], (1 - part) * purchases[-1]]])
    assert exit_shares_of_flow(split, bought) == pytest.approx(
        exit_shares_of_flow(feeds, purchases)
    )


def test_no_china_means_no_dependence_and_a_chinese_last_stage_means_full_dependence():
    free = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert exit_shares_of_flow([free], np.array([0.0, 1.0])).sum() == 0.0
    assert exit_shares_of_flow([free], np.array([1.0, 0.0])).tolist() == [0.0, 1.0]


@given(stage_shares(), UNIT)
@settings(max_examples=80, deadline=None)
def test_shortcut_split_lies_within_the_sharp_bounds(shares, kappa):
    chi = exit_shares(shares, nested_share=np.array([kappa]))
    assert (chi >= 0).all()
    assert shares.max() - 1e-12 <= chi.sum() <= min(1.0, shares.sum()) + 1e-12


@given(stage_shares())
@settings(max_examples=50, deadline=None)
def test_nested_depends_on_the_largest_share_and_independent_on_the_union(shares):
    none = np.zeros(1)
    nested = exit_shares(shares, nested_share=none, method="nested").sum()
    union = exit_shares(shares, nested_share=none, method="independent").sum()
    assert nested == pytest.approx(shares.max())
    assert union == pytest.approx(1.0 - np.prod(1.0 - shares))


@given(stage_shares(st.just(1)), UNIT)
@settings(max_examples=25, deadline=None)
def test_with_one_stage_dependence_is_its_share(shares, kappa):
    assert exit_shares(shares, nested_share=np.array([kappa])).sum() == pytest.approx(shares[0, 0])


@given(stage_shares(), UNIT, st.integers(0, 4), UNIT)
@settings(max_examples=80, deadline=None)
def test_raising_a_chinese_share_never_lowers_dependence(shares, kappa, stage, higher):
    raised = shares.copy()
    stage %= len(shares)
    raised[stage] = max(raised[stage, 0], higher)
    weight = np.array([kappa])
    before, after = (
        exit_shares(shares, nested_share=weight),
        exit_shares(raised, nested_share=weight),
    )
    assert after.sum() >= before.sum() - 1e-12


@pytest.mark.parametrize("kappa", [0.0, 0.3, 1.0])
def test_a_stage_that_is_all_chinese_means_full_dependence(kappa):
    shares = np.array([[0.2], [1.0], [0.4]])
    assert exit_shares(shares, nested_share=np.array([kappa])).sum() == pytest.approx(1.0)


def test_a_chain_nested_by_construction_gives_the_nested_split():
    # All Chinese magnets are of Chinese alloy and oxide; makers elsewhere use none.
    unmixed = np.array([[1.0, 0.0], [0.0, 1.0]])
    chi = exit_shares_of_flow([unmixed, unmixed], np.array([0.4, 0.6]))
    shares = np.full((3, 1), 0.4)
    assert chi == pytest.approx(exit_shares(shares, nested_share=np.ones(1)).ravel())


def test_worst_stage_gives_the_largest_share_to_its_stage():
    chi = exit_shares(
        np.array([[0.3], [0.9], [0.7]]), nested_share=np.ones(1), method="worst_stage"
    )
    assert chi.ravel().tolist() == [0.0, 0.9, 0.0]


def test_share_of_exports_worked_by_hand():
    # A quarter of 92 leaves the country and meets the 8 of all others: 23 / 31.
    assert share_in_exports(0.92, 0.25) == pytest.approx(23 / 31)


def test_each_method_gives_its_own_split_whatever_the_weight_of_the_mixture():
    shares = np.array([[0.6], [0.9]])
    half = np.array([0.5])
    nested = exit_shares(shares, nested_share=half, method="nested")
    independent = exit_shares(shares, nested_share=half, method="independent")
    mixture = exit_shares(shares, nested_share=half, method="mixture")
    assert nested.ravel() == pytest.approx([0.0, 0.9])
    assert independent.ravel() == pytest.approx([0.06, 0.9])
    assert mixture.ravel() == pytest.approx([0.03, 0.9])
