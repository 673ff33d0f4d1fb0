"""The worked example of docs/model.md, recomputed with the functions of the package."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from exposure.evidence.observed import Implied
from exposure.impact.stocks import discount, lost_output, run_stocks
from exposure.licensing.border import share_stopped
from exposure.licensing.queue import run_queue
from exposure.licensing.terms import LicenceClass, LicenceTerms
from exposure.methods.shapley import airport_shares
from exposure.scoring.information import value_of_everything
from exposure.scoring.sector_risk import weighted_sum
from exposure.scoring.tail import tail_weights
from exposure.supply.exit_stage import exit_shares
from exposure.supply.pools import Claims, ration
from exposure.terms import LicenceState

PAGE = (Path(__file__).parents[1] / "docs" / "model.md").read_text(encoding="utf-8")
WEEKS, LOOK_THROUGH, SWITCHED = 6, 0.5, 0.8
SHARES = np.array([[0.9], [0.8], [0.6]])


def table(name: str) -> np.ndarray:
    """Numbers of a table of the example, without its first column."""
    block = PAGE.split(f"<!-- example: {name} -->\n")[1].split("\n\n")[0].splitlines()[2:]
    return np.array([[float(cell) for cell in row.strip("| ").split("|")[1:]] for row in block])


def split(method: str) -> np.ndarray:
    return exit_shares(SHARES, nested_share=np.array([0.5]), method=method)[:, 0]


def licensed() -> np.ndarray:
    terms = LicenceTerms(LicenceState.ORDINARY, 0, 0.5, 1, 52, 0, refusal_share=0.0)
    classes = [LicenceClass("civil", 100.0, ((0, terms),))]
    return run_queue(classes, np.full((WEEKS, 1), 20.0), weeks=WEEKS).licensed[:, 0]


def arriving(licences: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """L + p, p and inflow of the maker, each (T, 1)."""
    one = np.ones(1)
    stopped = share_stopped(licences, np.ones((WEEKS, 1)), ceiling=one, recoverable=0.0 * one)
    chi = split("mixture")
    missing = chi.sum() * stopped  # the final user and the processors wait in one line
    unseen = (1.0 - LOOK_THROUGH) * chi[:-1].sum()
    contracted = 1.0 - chi.sum() + unseen * (1.0 - stopped)
    both = np.stack([1.0 - missing] * 2), np.stack([contracted] * 2)
    claims = Claims(
        *both, np.stack([unseen * (1.0 - stopped)] * 2), np.ones((2, WEEKS, 1)),
        np.array([[0.25], [0.75]]), np.array([1, 2]), np.ones((2, 1, 1)),
    )  # fmt: skip
    switched = np.full((WEEKS, 1), SWITCHED)
    inflow, _ = ration(claims, switched=switched, added=np.zeros((WEEKS, 1)))
    return 1.0 - missing, contracted, inflow[0]


def run(licences: np.ndarray):
    _, _, inflow = arriving(licences)
    return run_stocks(
        inflow[:, np.newaxis], np.ones((WEEKS, 1, 1)), stock=np.array([[1.0]]),
        cap=np.array([[1.3]]), criticality=np.array([[0.5]]),
    )  # fmt: skip


def discounted(licences: np.ndarray) -> float:
    weight = discount(WEEKS, half_life_weeks=1.0)
    return weighted_sum(weight, lost_output(run(licences).losses)).item()


def test_supply_is_split_as_in_the_example():
    rows = [split(method) for method in ("nested", "independent", "mixture")]
    assert table("supply") == pytest.approx(np.array([[*row, row.sum()] for row in rows]))


def test_every_week_is_as_in_the_example():
    licences = licensed()
    total, contracted, inflow = arriving(licences)
    stocks = run(licences)
    found = np.stack(
        [
            licences, contracted, total - contracted, SWITCHED * contracted, inflow,
            stocks.held[:, 0], stocks.unmet[:, 0], lost_output(stocks.losses),
        ],
        axis=1,
    )[:, :, 0]  # fmt: skip
    assert table("weeks") == pytest.approx(found, abs=5e-6)


def test_the_score_is_as_in_the_example():
    losses = np.array([[discounted(licensed())], [discounted(np.zeros((WEEKS, 1)))]])
    chances = np.array([0.75, 0.25])
    mean = weighted_sum(chances, losses).item()
    tail = (tail_weights(losses, chances, level=0.5) * losses).sum()
    found = [*losses.ravel(), mean, tail]
    assert table("score")[0, :4] == pytest.approx(found, abs=5e-7)
    assert table("score")[0, 4] == pytest.approx(100.0 * (0.5 * mean + 0.5 * tail), abs=5e-4)


def test_attribution_record_and_information_are_as_in_the_example():
    lost = lost_output(run(licensed()).losses)
    assert airport_shares(np.array([0.1, lost[2, 0]])) == pytest.approx([0.05, 0.22208])
    day = date(2025, 4, 4)
    seen = Implied("motors", "losses", day, day, 0.0, 0.05, 0.1, 0.07, lost.mean(axis=0))
    assert seen.drawn == pytest.approx(0.15472, abs=5e-6)
    assert seen.deviations == pytest.approx(0.7817, abs=5e-5)
    assert np.exp(-0.5 * seen.deviations**2) == pytest.approx(0.7368, abs=5e-5)
    assert value_of_everything(np.array([[4.0, 0.0], [1.0, 3.0]]), 1) == 1.5
    page = re.sub(r"\s+", " ", PAGE)
    for number in ("0.05 and 0.22208", "0.15472", "0.7817", "0.7368", "worth 1.5 points"):
        assert number in page
