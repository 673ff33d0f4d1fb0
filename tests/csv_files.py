"""Reading CSV files back to the same bits, whatever the version of pandas."""

from pathlib import Path
from typing import IO

import pandas as pd

EXACT_BY_ITSELF = (3, 1)
"""Version of pandas from which numbers are read exactly unasked, and asking is deprecated."""


def read_exactly(source: Path | IO[str], **options) -> pd.DataFrame:
    version = tuple(int(part) for part in pd.__version__.split(".")[:2])
    exactly = {} if version >= EXACT_BY_ITSELF else {"float_precision": "round_trip"}
    return pd.read_csv(source, **exactly, **options)
