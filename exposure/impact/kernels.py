"""Fast twins of the weekly computations, compiled by numba if it is installed.

Each twin computes the same as its readable reference, in the same order, so that the results agree
to the last bit, or to rounding if its docstring says so; tests compare them. Without numba the
slower reference is used.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exposure.impact.borders import Restriction
    from exposure.impact.fast.course import PackedWorld
    from exposure.impact.fast.kept import KeptCourse
    from exposure.impact.outcomes import Players, Question, SectorRun
    from exposure.impact.world import World
    from exposure.licensing.grants import Licences


def run_course(  # noqa: PLR0913 - each is a different kind of thing
    world: "World",
    licences: "Licences",
    players: "Mapping[str, Players]",
    question: "Question",
    *,
    packed: "PackedWorld | None" = None,
    restrict: "Restriction | None" = None,
    since: int = 0,
    threads: int = 1,
) -> "dict[str, SectorRun]":
    """Fast twin of `exposure.impact.course.run_reference`, for independent holdings."""
    from exposure.impact.fast.course import run_course as run  # noqa: PLC0415 - it loads numba

    return run(
        world, licences, players, question, packed=packed, restrict=restrict, since=since,
        threads=threads,
    )  # fmt: skip


def packed_world(
    world: "World", players: "Mapping[str, Players]", question: "Question"
) -> "PackedWorld":
    """Arrays of a world, for several runs of `run_course`."""
    from exposure.impact.fast.course import PackedWorld  # noqa: PLC0415 - it loads numba

    return PackedWorld.of(world, players, question)


def kept_course(
    world: "World", licences: "Licences", ranked: "Sequence[str]", *, first: int, threads: int = 1
) -> "KeptCourse":
    """The same for the scored weeks alone, with everything that other runs need again cached."""
    from exposure.impact.fast.kept import KeptCourse  # noqa: PLC0415 - it loads numba

    return KeptCourse(world, licences, tuple(ranked), first, threads)
