"""The report of an earlier run: a run that fails says that it left that report as it was."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exposure.errors import ExposureError, UnknownNameError
from exposure.report.files.folder_swap import SUMS

PAGE = "report.html"
"""The file without which a folder holds no report."""


@contextmanager
def earlier_report_named(folder: Path) -> Iterator[None]:
    """Add a sentence to an error if the folder holds an earlier report, and still the same one.

    Nothing is added to the error of a wrong word on the command line: nobody expects a report
    then.

    Parameters
    ----------
    folder
        Folder of the report.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = Path(folder, PAGE).write_bytes(b"last week's")
    ...     try:
    ...         with earlier_report_named(Path(folder)):
    ...             raise ValueError
    ...     except ValueError as error:
    ...         print(error.__notes__[0].replace(folder, "out"))
    The earlier report in out is unchanged.
    """
    before = _digest(folder)
    try:
        yield
    except Exception as error:
        wrong_word = isinstance(error, ExposureError) and (
            error.exit_code == UnknownNameError.exit_code
        )
        if before and not wrong_word and _digest(folder) == before:
            error.add_note(f"The earlier report in {folder} is unchanged.")
        raise


def _digest(folder: Path) -> str:
    """Digest of the page of a report and of the list of its files; empty without a page."""
    try:
        page, sums = folder / PAGE, folder / SUMS
        listed = sums.read_bytes() if sums.exists() else b""
        return hashlib.sha256(listed + page.read_bytes()).hexdigest()
    except OSError:
        return ""
