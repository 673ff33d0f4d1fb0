"""Weekly bands: exact percentiles, those from a grid, and sums independent of the blocks."""

import numpy as np
import pytest

from exposure.scoring import weekly_bands
from exposure.scoring.weekly_bands import CHUNK, RunningBands, percentile_of_sorted


def bands_of(blocks: list[np.ndarray]) -> np.ndarray:
    running = RunningBands(sum(block.shape[-1] for block in blocks))
    for block in blocks:
        running.add(block)
    return running.result()


def reached_by(values: np.ndarray, level: float) -> float:
    """Smallest value that at least this share of the values does not exceed."""
    return min(value for value in values if (values <= value).mean() >= level - 1e-9)


@pytest.mark.parametrize("draws", [21, 30, 40, 1_000])
def test_the_grid_gives_the_first_cell_that_enough_draws_reach(draws, monkeypatch):
    monkeypatch.setattr(weekly_bands, "MOST_EXACT_DRAWS", 10)
    # Losses far apart, on the grid, so that one draw more or less is another percentile.
    losses = np.random.default_rng(draws).permutation(draws) / 1_000.0
    mean, low, high, error = bands_of([losses[np.newaxis, np.newaxis]])[0, :, 0]
    assert low == pytest.approx(reached_by(losses, 0.05), abs=1e-12)
    assert high == pytest.approx(reached_by(losses, 0.95), abs=1e-12)
    assert mean == pytest.approx(losses.mean())
    assert error == pytest.approx(losses.std(ddof=1) / np.sqrt(draws))


def test_the_grid_is_within_a_cell_of_exact_percentiles_and_holds_losses_of_all(monkeypatch):
    losses = np.random.default_rng(1).random((2, 3, 4 * CHUNK))
    losses[0, 0], losses[0, 1, :20] = 1.0 + 1e-12, 0.0
    exact = bands_of([losses])
    monkeypatch.setattr(weekly_bands, "MOST_EXACT_DRAWS", 10)
    grid = bands_of([losses])
    assert grid[:, [0, 3]] == pytest.approx(exact[:, [0, 3]], abs=1e-12)
    every = np.sort(losses, axis=2)
    for row, level in ((1, 0.05), (2, 0.95)):
        reached = every[..., int(np.ceil(level * losses.shape[2])) - 1]
        assert np.abs(grid[:, row] - reached).max() <= 0.5 / 2_000 + 1e-12


@pytest.mark.parametrize("draws", [1, 2, 3, 20, 21, 64, 1_000, 1_024])
def test_percentiles_of_sorted_values_are_those_of_numpy_to_the_last_bit(draws):
    losses = np.random.default_rng(draws).exponential(size=(5, draws))
    losses[1], losses[2, : draws // 2] = 0.0, 0.0
    for level in (0.0, 0.05, 0.5, 0.95, 1.0):
        found = percentile_of_sorted(np.sort(losses, axis=1), level)
        assert (found == np.quantile(losses, level, axis=1)).all()


@pytest.mark.parametrize("most", [10, 1_000])
def test_blocks_change_no_bit_of_the_bands(most, monkeypatch):
    monkeypatch.setattr(weekly_bands, "MOST_EXACT_DRAWS", most)
    losses = np.random.default_rng(2).random((2, 3, 3 * CHUNK + 5))
    cut = [losses[..., : 2 * CHUNK], losses[..., 2 * CHUNK :]]
    assert (bands_of(cut) == bands_of([losses])).all()


def test_one_draw_has_no_error():
    assert np.isnan(bands_of([np.full((1, 2, 1), 0.5)])[0, 3]).all()
