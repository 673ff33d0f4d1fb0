"""Speed of the licence queue; run with ``pytest tests/benchmarks``."""

import numpy as np

from exposure.licensing.border import share_stopped
from exposure.licensing.queue import QueueResult, run_queue
from exposure.licensing.terms import LicenceClass, LicenceTerms
from exposure.terms import LicenceState

RELATIONSHIPS, CLASSES, WEEKS, DRAWS = 30_000, 8, 104, 1_024
SECONDS = 1.0


def queue() -> tuple[list[LicenceClass], np.ndarray]:
    """Eight classes of drawn terms and an office that opens in week 7."""
    rng = np.random.default_rng(0)
    classes = [
        LicenceClass(
            f"class {number}",
            RELATIONSHIPS / CLASSES,
            (
                (
                    0,
                    LicenceTerms(
                        LicenceState.ORDINARY if number % 2 else LicenceState.FAST_TRACK,
                        number % 3,
                        rng.uniform(0.5, 1, DRAWS),
                        rng.integers(1, 9, DRAWS),
                        np.full(DRAWS, 26),
                        rng.integers(0, 9, DRAWS),
                        renewal_approval=rng.uniform(0.6, 1, DRAWS),
                        refusal_share=rng.uniform(0.1, 0.6, DRAWS),
                        reapplication_share=rng.uniform(0.2, 0.8, DRAWS),
                        reapplication_weeks=rng.integers(2, 16, DRAWS),
                    ),
                ),
            ),
        )
        for number in range(CLASSES)
    ]
    capacity = np.tile(rng.uniform(0.08, 0.15, DRAWS) * RELATIONSHIPS, (WEEKS, 1))
    capacity[:7] = 0.0
    return classes, capacity


def test_two_years_of_eight_classes_in_a_thousand_draws(benchmark) -> None:
    classes, capacity = queue()
    result = benchmark.pedantic(
        run_queue, args=(classes, capacity), kwargs={"weeks": WEEKS}, rounds=3, warmup_rounds=1
    )
    assert isinstance(result, QueueResult)
    assert result.licensed.shape == (WEEKS, CLASSES, DRAWS)
    assert benchmark.stats.stats.min < SECONDS


def test_catch_up_costs_little_compared_with_the_queue(benchmark) -> None:
    rng = np.random.default_rng(1)
    licensed = np.clip(np.cumsum(rng.uniform(-0.05, 0.1, (WEEKS, DRAWS)), axis=0), 0, 1)
    enforced = np.ones((WEEKS, 1))
    given = {"ceiling": rng.uniform(1, 1.2, DRAWS), "recoverable": rng.uniform(0, 1, DRAWS)}
    benchmark(share_stopped, licensed, enforced, **given)
    assert benchmark.stats.stats.min < SECONDS / CLASSES
