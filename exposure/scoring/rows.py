"""Rows of the tables on which the score of a sector rests."""

from exposure.impact.prepared import rows_read
from exposure.scoring.blocks import Run
from exposure.tables.dataset import RowKey


def rows_of_run(run: Run, sector: str) -> frozenset[RowKey]:
    """Rows behind the score of a sector, whether the run was made here or read from a file.

    Parameters
    ----------
    run
        A finished run.
    sector
        Id of a sector that it ranks.

    Examples
    --------
    >>> import pickle
    >>> import exposure as ex
    >>> made = ex.assess(ex.read_dataset(), "samarium_only", ex.Settings(draws=16))
    >>> read = pickle.loads(pickle.dumps(made))
    >>> rows_of_run(read.run, "missiles") == rows_of_run(made.run, "missiles")
    True
    """
    if not any(rows_read(run.inputs, ranked) for ranked in run.sectors):
        run.prepared(0, 1)  # a result that was read from a file has not asked the tables yet
    return rows_read(run.inputs, sector)
