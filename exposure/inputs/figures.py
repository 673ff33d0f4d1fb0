"""Figures as they have been drawn: runs of the same tables in the same draws share them."""

from dataclasses import dataclass, field

from exposure.arrays import FloatArray
from exposure.inputs.index import Index
from exposure.inputs.parts import Trace, make_part
from exposure.inputs.streams import Sampler
from exposure.tables.dataset import RowKey
from exposure.tables.schema.rows import QuantityRow

FIGURES = 2_500
"""Figures and streams that one set of tables is taken to draw; the shipped one draws 2,150."""

MOST_SHARED = 512
"""Draws up to which runs of the same tables share drawn figures; sets of levers run on as many.
With more draws the figures would take the room of what is made of them."""

FLOAT_BYTES = 8
"""Bytes of a number."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws of a row, with all rows and questions behind them, to be recorded at each use."""

    row: QuantityRow
    values: FloatArray
    rows: frozenset[RowKey]
    trace: Trace


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures drawn so far from one set of tables with one set of draws."""

    rows: dict[int, Drawn] = field(default_factory=dict)
    """Draws by the identity of the row, which is kept with its draws."""
    uniform: dict[str, FloatArray] = field(default_factory=dict)
    """Uniform numbers of each stream."""


def figures_of(index: Index, sampler: Sampler, *, kept: bool) -> Figures:
    """Return the store of drawn figures that all runs of these tables and draws share.

    Parameters
    ----------
    index
        The tables.
    sampler
        The draws.
    kept
        Whether parts of the run are kept for others.
    """
    if sampler.size > MOST_SHARED:
        return Figures()
    name = ("figures", index.serial, sampler.key)
    bytes_of_all = FIGURES * sampler.size * FLOAT_BYTES
    return make_part(
        name, index, lambda: (Figures(), {}), kept=kept, weigh=lambda _: bytes_of_all
    ).value
