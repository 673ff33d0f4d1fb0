"""Split of supply by exit stage over time, compared with closed forms and worked by hand."""

from datetime import date, timedelta

import numpy as np
import pytest

from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.supply.actions import Action, Actions, Moved
from exposure.supply.channels import channels_of
from exposure.supply.exits import exit_split, over_weeks
from exposure.supply.period import Period
from exposure.terms import BuyerClass
from tests.tiny import figure, tiny_dataset, tiny_records

START = date(2025, 4, 4)
WEEKS = 30
MAGNET = "smco_magnet"
OF_CHINA = {"mining": 0.5, "separation": 0.9, "metal": 0.8, "magnet": 0.6}


def inputs_of(*sourcing: tuple[date, float]) -> Inputs:
    """China's shares of samarium; from some days on, of what US civil buyers buy as magnets."""
    records = tiny_records()
    for row in records["stage_shares"]:
        if row["element"] == "Sm":
            share = OF_CHINA[row["stage"]]
            row.update(figure(share if row["country"] == "CHN" else 1.0 - share))
    records["parameters"][0] |= figure(0.25)
    assert records["parameters"][0]["parameter"] == "nested_share"
    records["sourcing"] += [
        {
            "destination": "USA", "buyer_class": "civil", "component": MAGNET, "stage": "magnet",
            "country": country, "from_date": str(day), "measure": "", **figure(share_there),
        }
        for day, share in sourcing
        for country, share_there in (("CHN", share), ("ROW", 1.0 - share))
    ]  # fmt: skip
    return Inputs.of(tiny_dataset(records), Sampler.first(2, 7))


def split_of(inputs: Inputs, *actions: Action, method="mixture"):
    """First weeks and, for each, the split in the first draw."""
    (channel,) = channels_of(inputs, MAGNET)
    period = Period(START, WEEKS, method=method, actions=Actions(actions))
    found = exit_split(inputs, channel, "USA", BuyerClass.CIVIL, period)
    assert all((chi == chi[:, :1]).all() for _, chi in found)
    return {week: chi[:, 0] for week, chi in found}


def closed_form(shares: dict[str, float], method: str) -> np.ndarray:
    s = np.array(list(shares.values()))
    nested = [
        max(0.0, stage_share - max(s[i + 1 :], default=0.0)) for i, stage_share in enumerate(s)
    ]
    independent = [stage_share * np.prod(1.0 - s[i + 1 :]) for i, stage_share in enumerate(s)]
    weight = {"nested": 1.0, "independent": 0.0, "mixture": 0.25}[method]
    return weight * np.array(nested) + (1.0 - weight) * np.array(independent)


@pytest.mark.parametrize("method", ["mixture", "nested", "independent"])
def test_each_method_splits_the_shares_of_the_tables_as_its_closed_form_says(method):
    found = split_of(inputs_of(), method=method)
    assert list(found) == [0]
    assert found[0] == pytest.approx(closed_form(OF_CHINA, method))


def test_the_worst_stage_bears_its_share_alone():
    found = split_of(inputs_of(), method="worst_stage")[0]
    assert found == pytest.approx([0.0, 0.9, 0.0, 0.0])


def test_sourcing_changes_from_its_day_and_past_changes_hold_from_the_start():
    days = (START - timedelta(weeks=9), 0.4), (START + timedelta(weeks=5), 0.2)
    found = split_of(inputs_of(*days))
    assert list(found) == [0, 5]
    for week, share in ((0, 0.4), (5, 0.2)):
        expected = closed_form({**OF_CHINA, "magnet": share}, "mixture")
        assert found[week] == pytest.approx(expected)


def test_what_is_moved_away_leaves_the_share_of_its_stage_from_its_week_on():
    moves = [
        Moved(START + timedelta(weeks=week), "USA", "civil", MAGNET, stage, share)
        for week, stage, share in ((4, "magnet", 0.5), (10, "magnet", 0.25), (10, "metal", 0.5))
    ]
    found = split_of(inputs_of(), *moves)
    assert list(found) == [0, 4, 10]
    expected = {
        0: OF_CHINA,
        4: {**OF_CHINA, "magnet": 0.3},
        10: {**OF_CHINA, "magnet": 0.225, "metal": 0.4},
    }
    for week, shares in expected.items():
        assert found[week] == pytest.approx(closed_form(shares, "mixture"))
    # One from before the start acts from the start; one of other buyers never.
    early = Moved(START - timedelta(weeks=3), "USA", "civil", MAGNET, "magnet", 0.5)
    other = Moved(START, "USA", "military", MAGNET, "magnet", 0.5)
    assert split_of(inputs_of(), early)[0] == pytest.approx(found[4])
    assert split_of(inputs_of(), other)[0] == pytest.approx(found[0])


def test_a_split_holds_in_every_week_until_the_next():
    one, two, three = (np.array([[a], [b]]) for a, b in ((0.1, 0.9), (0.2, 0.8), (0.3, 0.7)))
    weeks = over_weeks(((0, one), (2, two), (5, three)), 1, 7)
    assert weeks.ravel().tolist() == [0.9, 0.9, 0.8, 0.8, 0.8, 0.7, 0.7]
    assert over_weeks(((0, one),), 0, 7).tolist() == [0.1]
