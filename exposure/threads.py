"""Work spread over threads, with results in the order of the tasks."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

MOST_WORKERS = 4
"""Threads used at most unless the caller says otherwise."""

Answer = TypeVar("Answer")


def in_order(
    work: Callable[[int], Answer], tasks: Iterable[int], *, workers: int | None = None
) -> Iterator[Answer]:
    """Results of tasks in their order, with few tasks under way at a time.

    Parameters
    ----------
    work
        Function to call; it releases the interpreter's lock while it computes.
    tasks
        Arguments of the calls.
    workers
        Threads; None for the usual number. One thread works without a pool.
    """
    count = workers or usual_workers()
    if count == 1:
        yield from map(work, tasks)
        return
    waiting: deque[Future[Answer]] = deque()
    with ThreadPoolExecutor(max_workers=count) as pool:
        for task in tasks:
            waiting.append(pool.submit(work, task))
            # One more than are worked on, so that no thread waits and nothing piles up.
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def usual_workers() -> int:
    """Threads used unless the caller says otherwise."""
    return min(MOST_WORKERS, os.cpu_count() or 1)
