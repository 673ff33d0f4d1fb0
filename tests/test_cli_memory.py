"""Memory that goes back to the system, where the C library can give it back."""

import sys
from pathlib import Path

import pytest

from exposure.cli import memory

STATM = Path("/proc/self/statm")
PAGE = 4096
GNU = pytest.mark.skipif(
    memory._function("malloc_trim") is None or not STATM.exists(),
    reason="another C library than GNU's",
)


def resident() -> int:
    return int(STATM.read_text().split()[1]) * PAGE


@GNU
def test_freed_memory_below_a_kept_block_goes_back():
    blocks = [bytearray(b"x" * 60_000) for _ in range(1_000)]
    kept = blocks[-1]
    del blocks
    before = resident()
    memory.give_back()
    assert before - resident() > 40_000_000
    assert kept == b"x" * 60_000


def test_a_system_without_such_functions_is_left_as_it_is(monkeypatch):
    assert memory._function("no_such_function_of_any_library") is None
    monkeypatch.setattr(sys, "platform", "win32")
    assert memory._function("malloc_trim") is None
    memory.one_heap()
    memory.give_back()
