"""Indexes of recently used tables: runs of equal tables share one."""

from exposure.inputs.index import Index
from exposure.tables.dataset import Dataset

_known: list[Index] = []
"""Recently used indexes, the newest first."""
MOST_INDEXES = 4


def index_of(dataset: Dataset, redrawn: frozenset[str] = frozenset()) -> Index:
    """Index of a dataset; a recently used one if its tables are equal.

    Parameters
    ----------
    dataset
        The tables.
    redrawn
        Groups of inputs and single streams that are redrawn.
    """
    every = dict.fromkeys((*_known, *(index.root for index in _known)))
    found = next((index for index in every if index.of_equal(dataset, redrawn)), None)
    if found is None:
        roots = (index.root for index in every)
        root = next((index for index in roots if index.comes_from(dataset)), None)
        found = Index(dataset, root, redrawn)
    _known[:] = [found, *(index for index in _known if index is not found)][:MOST_INDEXES]
    return found
