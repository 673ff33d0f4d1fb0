"""Parts of runs that are kept, and reused if none of their inputs has changed.

While a part is made, each question that it asks of the tables is recorded, with the answer. A kept
part is reused only if the tables of the new run give equal answers to all its questions. No list
of dependencies has to be maintained, which could be wrong: code that asks new questions is
recorded automatically, and a part that reads whole tables is made again whenever they change.

Most runs use copies of other tables with a few figures changed. The index of such a copy knows its
root, the index of the original tables, and the questions that it answers differently (see
`Asked`); only these questions then have to be compared.

A part is found by its name, which contains everything else on which it depends: draws, weeks,
rules, and the tokens of other parts. A token is a number that is unique to one made value within
the process.
"""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast

import numpy as np

from exposure.tables.dataset import RowKey
from exposure.values import contents_of

MEGABYTE = 2**20

LIMIT = 512
"""Total megabytes of kept parts, unless the caller states another limit."""

SMALL = 0.4
"""Share of the room for kept parts that is small."""

MOST_VERSIONS = 4
"""Values kept under one name, for different tables."""

BYTES_A_QUESTION = 500
"""Estimated bytes of a question and its answer."""

MOST_DRAWS = 4_096
"""Largest number of draws of a run whose parts are kept."""

Value = TypeVar("Value")
Given = ParamSpec("Given")

Question = tuple[str, tuple[Hashable, ...]]
"""Name of a question, and its arguments."""

Trace = dict[Question, object]
"""Questions asked, with their answers."""

Notes = Mapping[str, frozenset[RowKey]]
"""Rows read by each reader."""


class Asked(Protocol):
    """An index of tables, which answers questions."""

    serial: int
    """Number of the index, unique within the process."""
    answers: Trace
    """Answers given so far."""

    @property
    def root(self) -> "Asked":
        """The index of the original tables; itself if these are original."""

    @property
    def moved(self) -> AbstractSet[Question]:
        """Questions asked of the root whose answers differ here."""


Tables = TypeVar("Tables", bound=Asked)

_asking = threading.local()

_tokens = itertools.count()

UNASKED = object()
"""Mark in place of the answer to a question that was never asked."""

NO_ANSWER = object()
"""Answer of tables to a question about something that they do not contain."""


def question(
    method: Callable[Concatenate[Tables, Given], Value],
) -> Callable[Concatenate[Tables, Given], Value]:
    """Make a method of an index a question: it is answered once and recorded for each part.

    Its arguments are positional and hashable; answers are compared by value.
    """
    name = method.__name__

    @wraps(method)
    def ask(self: Tables, /, *about: Given.args, **none: Given.kwargs) -> Value:
        asked = (name, cast("tuple[Hashable, ...]", about))
        answer = self.answers.get(asked, UNASKED)
        if answer is UNASKED:
            with _Recording(None):
                answer = self.answers[asked] = method(self, *about, **none)
        # There are very many questions, and a function call each would take as long as these.
        outer = getattr(_asking, "trace", None)
        if outer is not None:
            outer[asked] = answer
        return cast("Value", answer)

    return ask


class _Recording:
    """Record questions of this thread in a trace; None for no record."""

    __slots__ = ("_before", "_trace")

    def __init__(self, trace: Trace | None) -> None:
        self._trace = trace

    def __enter__(self) -> None:
        self._before = getattr(_asking, "trace", None)
        _asking.trace = self._trace

    def __exit__(self, *_: object) -> None:
        _asking.trace = self._before


@contextmanager
def written_down() -> Iterator[Trace]:
    """Trace of the questions asked in the block; they also count for the part being made."""
    trace: Trace = {}
    with _Recording(trace):
        yield trace
    write_down(trace)


def write_down(trace: Trace) -> None:
    """Add questions to the trace of the part being made, if any."""
    outer = getattr(_asking, "trace", None)
    if outer is not None:
        outer.update(trace)


@dataclass(eq=False)
class Part(Generic[Value]):
    """A kept value, and the questions from which it was made."""

    value: Value
    token: int
    trace: Trace
    notes: Notes
    size: int
    """Bytes of its arrays."""
    root: int
    """Serial number of the root of the index from which it was made."""
    moved: frozenset[Question]
    """Questions that its index answered differently from the root, or that the root never got."""
    fits: set[int] = field(default_factory=set)
    """Serial numbers of indexes that gave equal answers."""

    @classmethod
    def of(
        cls,
        value: Value,
        index: Asked,
        trace: Trace,
        notes: Notes,
        *,
        kept: bool,
        weigh: Callable[[Value], int] | None = None,
    ) -> "Part[Value]":
        """A part that was made just now; one that is not kept is not weighed."""
        if not kept:
            return cls(value, next(_tokens), trace, notes, 0, index.root.serial, frozenset())
        size = (weigh or size_of)(value) + BYTES_A_QUESTION * len(trace)
        root, moved = index.root, frozenset[Question]()
        if root is not index:
            moved = frozenset(
                asked
                for asked, answer in trace.items()
                if asked not in root.answers or differ(root.answers[asked], answer)
            )
        return cls(value, next(_tokens), trace, notes, size, root.serial, moved, {index.serial})

    def made_from(self, index: Asked) -> bool:
        """True if an index gives equal answers to all questions."""
        if index.serial in self.fits:
            return True
        asked: Iterable[Question] = self.trace
        if index.root.serial == self.root:
            # This index and that of the part answer all other questions as their root does.
            asked = self.moved | {question for question in index.moved if question in self.trace}
        if any(differ(answer_of(index, question), self.trace[question]) for question in asked):
            return False
        self.fits.add(index.serial)
        return True


def differ(one: object, other: object) -> bool:
    """True if two answers differ."""
    # Rows that are the same object are equal, which saves most comparisons.
    return one is not other and one != other


def answer_of(index: Asked, asked: Question) -> object:
    """Answer of an index to a question; `NO_ANSWER` if its tables have none."""
    name, about = asked
    try:
        return getattr(index, name)(*about)
    except (LookupError, StopIteration):
        return NO_ANSWER


class Store:
    """Parts by name; the least recently used are dropped first."""

    def __init__(self, megabytes: float = LIMIT) -> None:
        self.limit = megabytes * MEGABYTE
        self.size = 0
        self._parts: OrderedDict[Hashable, list[Part[object]]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: Hashable, index: Asked) -> Part[object] | None:
        """Part with a name that was made from equal tables; None if there is none."""
        with self._lock:
            known = list(self._parts.get(name, ()))
        with _Recording(None):
            part = next((version for version in known if version.made_from(index)), None)
        if part is not None:
            with self._lock:
                if name in self._parts:
                    self._parts.move_to_end(name)
                    versions = self._parts[name]
                    if part in versions:
                        versions.remove(part)
                        versions.insert(0, part)
        return part

    def keep(self, name: Hashable, part: Part[object]) -> None:
        """Keep a part, and drop others that exceed the limit."""
        with self._lock:
            versions = self._parts.setdefault(name, [])
            versions.insert(0, part)
            self.size += part.size
            while len(versions) > MOST_VERSIONS:
                self.size -= versions.pop().size
            self._parts.move_to_end(name)
            while self.size > self.limit and self._parts:
                oldest, parts = next(iter(self._parts.items()))
                self.size -= parts.pop().size
                if not parts:
                    del self._parts[oldest]

    def clear(self) -> None:
        """Drop all parts."""
        with self._lock:
            self._parts.clear()
            self.size = 0


STORE = Store()
"""The parts that this process keeps."""


def is_small(size: float) -> bool:
    """Whether parts of some bytes leave most of the room for others."""
    return size <= SMALL * STORE.limit


def keep_parts(megabytes: float) -> None:
    """Set the memory limit for kept parts of runs; 0 keeps nothing.

    Runs that differ in a few figures, or that have a scenario in common, then share their common
    parts. No result depends on the limit.

    Parameters
    ----------
    megabytes
        Limit for the arrays that are kept; 512 by default.
    """
    STORE.limit = megabytes * MEGABYTE
    STORE.clear()


@contextmanager
def kept_at_most(megabytes: float) -> Iterator[None]:
    """Limit the memory of kept parts within a block; a lower limit stays in force.

    Parameters
    ----------
    megabytes
        Limit for the arrays that are kept.
    """
    before = STORE.limit
    STORE.limit = min(before, megabytes * MEGABYTE)
    try:
        yield
    finally:
        STORE.limit = before


@contextmanager
def parts_within(megabytes: float) -> Iterator[None]:
    """Limit the memory of kept parts within a block and drop them afterwards.

    Parameters
    ----------
    megabytes
        Limit for the arrays that are kept; the limit of `keep_parts` applies too.
    """
    before = STORE.limit
    STORE.limit = min(before, megabytes * MEGABYTE)
    try:
        yield
    finally:
        STORE.limit = before
        STORE.clear()


def make_part(
    name: Hashable,
    index: Asked,
    make: Callable[[], tuple[Value, Notes]],
    *,
    kept: bool,
    weigh: Callable[[Value], int] | None = None,
) -> Part[Value]:
    """Find a part, or make it.

    Parameters
    ----------
    name
        Its name, and everything on which it depends except the tables.
    index
        The tables.
    make
        Function that gives its value and the rows that were read.
    kept
        Whether a kept part may be reused and the new one is kept.
    weigh
        Function that gives the bytes of its arrays; None for `size_of`.
    """
    keeps = kept and STORE.limit > 0
    found = STORE.find(name, index) if keeps else None
    if found is None:
        trace: Trace = {}
        with _Recording(trace):
            value, notes = make()
        part = Part.of(value, index, trace, notes, kept=keeps, weigh=weigh)
        if keeps:
            STORE.keep(name, cast("Part[object]", part))
    else:
        part = cast("Part[Value]", found)
    write_down(part.trace)
    return part


def size_of(value: object) -> int:
    """Bytes of the arrays in a value, each counted once.

    Examples
    --------
    >>> row = np.zeros(4)
    >>> size_of({"a": (row, row)})
    32
    """
    sizes: dict[int, int] = {}
    seen: set[int] = set()
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        inside = contents_of(cast("Hashable", type(item)))
        # The contents live as long as the value, so identity can replace comparison of values.
        if inside is None or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            whole = item if item.base is None else item.base
            sizes[id(whole)] = getattr(whole, "nbytes", item.nbytes)
        else:
            waiting += inside(item)
    return sum(sizes.values())


def weightless(value: object) -> int:  # noqa: ARG001 - it has the form of `size_of`
    """Bytes of a value whose arrays all belong to other parts: none."""
    return 0
