"""The fast twins equal the references bit for bit, and do without numba or a cache."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure import fast
from exposure.licensing.border import share_stopped, share_stopped_reference
from exposure.licensing.flows import run_office
from exposure.licensing.goods import items_of
from exposure.licensing.queue import licensed_shares, run_queue, run_reference
from exposure.policy.rules import Rule
from tests.licensing_world import DRAWN, LISTED, MILITARY, ORDINARY, START, inputs, scenario
from tests.test_licensing_queue import random_queue

EXAMPLES = int(os.environ.get("EXPOSURE_EXAMPLES", "40"))
"""Random cases of a kernel; ``EXPOSURE_EXAMPLES=5000 pytest tests/test_licensing_fast.py``."""

needs_numba = pytest.mark.skipif(not fast.AVAILABLE, reason="numba is not installed")

SEEDS = st.integers(0, 2**32 - 1)
RESULTS = ("licensed", "arrivals", "served", "backlog", "withdrawn")


def everything(classes, capacity, joined=None) -> np.ndarray:
    found = run_queue(classes, capacity, weeks=len(capacity), joined=joined)
    return np.stack([np.moveaxis(getattr(found, name), 1, 0) for name in RESULTS])


@needs_numba
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, draws=st.sampled_from([1, 2, 9]), weeks=st.integers(5, 20))
def test_the_fast_queue_is_the_reference_bit_for_bit(seed: int, draws: int, weeks: int) -> None:
    classes, capacity = random_queue(np.random.default_rng(seed), draws=draws, weeks=weeks, most=3)
    np.testing.assert_array_equal(everything(classes, capacity), run_reference(classes, capacity))


@needs_numba
@pytest.mark.parametrize("seed", range(2))
def test_the_fast_queue_is_the_reference_at_full_length(seed: int) -> None:
    rng = np.random.default_rng(seed)
    classes, capacity = random_queue(rng, draws=40, weeks=120, most=6)
    expected = run_reference(classes, capacity)
    np.testing.assert_array_equal(everything(classes, capacity), expected)
    np.testing.assert_array_equal(licensed_shares(classes, capacity, weeks=120), expected[0])


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_licences_alone_are_those_of_the_whole_result(seed: int) -> None:
    classes, capacity = random_queue(np.random.default_rng(seed))
    np.testing.assert_array_equal(
        licensed_shares(classes, capacity, weeks=len(capacity)),
        everything(classes, capacity)[0],
    )


@needs_numba
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, draws=st.integers(1, 9), weeks=st.integers(1, 40))
def test_the_fast_border_is_the_reference_bit_for_bit(seed: int, draws: int, weeks: int) -> None:
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.02, 0.2, (weeks, draws)) * (rng.random((weeks, draws)) < 0.5)
    licensed = np.clip(np.cumsum(steps, axis=0), 0, 1)
    enforced = rng.uniform(0, 1, (weeks, rng.choice([1, draws])))
    terms = {"ceiling": rng.uniform(1, 1.5, draws), "recoverable": rng.uniform(0, 1, draws)}
    np.testing.assert_array_equal(
        share_stopped(licensed, enforced, **terms),
        share_stopped_reference(licensed, enforced, **terms),
    )


def test_without_numba_an_office_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = inputs(draws=40, **DRAWN)
    revoked = Rule(element="Dy", starts=START.replace(month=9), state="withheld",
                   overrides={"revoke": True})  # fmt: skip
    course = scenario(ORDINARY, MILITARY, LISTED, revoked)
    usual = run_office(drawn, course, items_of(drawn.index), "USA", weeks=60)
    monkeypatch.setattr(fast, "AVAILABLE", False)
    plain = run_office(drawn, course, items_of(drawn.index), "USA", weeks=60)
    for one, other in zip(usual.classes, plain.classes, strict=True):
        np.testing.assert_array_equal(one.stopped, other.stopped)
        np.testing.assert_array_equal(one.served, other.served)


KERNEL = """
import numpy as np
from exposure.fast import compiled

@compiled
def double(values):
    for i in range(len(values)):
        values[i] *= 2.0

values = np.ones(3)
double(values)
print(values.tolist())
"""


@needs_numba
def test_a_kernel_runs_where_no_folder_takes_its_compiled_form(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text(KERNEL)
    (tmp_path / "__pycache__").write_text("a file where the folder of the cache would be")
    done = subprocess.run(
        [sys.executable, "kernel.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(fast.__file__).parents[1]), "HOME": "/proc/none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[2.0, 2.0, 2.0]\n", "")


@needs_numba
@pytest.mark.parametrize(("value", "compiled"), [("1", False), ("0", True), ("", True)])
def test_the_references_run_where_compilation_is_switched_off(
    value: str, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", value)
    assert fast._available() is compiled
