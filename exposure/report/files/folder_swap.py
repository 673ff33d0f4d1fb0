"""Replacement of a folder of files in one step, so that it is never seen incomplete.

The new folder is made under a temporary name next to the old one, then the two change places in
one step. Files and folders of others move along. Only one run at a time writes into the same
parent folder; it removes the remains of earlier runs that were killed. If folders cannot be
exchanged (another system, a mount point, the current folder), files are replaced one by one and
``SHA256SUMS`` is written last: ``sha256sum -c SHA256SUMS`` shows whether all belong together.
"""

import ctypes
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

SUMS = "SHA256SUMS"
"""File that lists all others with their SHA-256, in the form of ``sha256sum``."""

SCRATCH = ".exposure-report-"
"""Beginning of the name of a temporary folder; the name of the target and a ``~`` follow."""

CURRENT_FOLDER = -100
"""AT_FDCWD of Linux: paths count from the current folder."""

EXCHANGE = 2
"""RENAME_EXCHANGE of Linux."""


def replace_folder(target: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Make a folder hold some files, all at once; files of others stay.

    Parameters
    ----------
    target
        Folder, which need not exist.
    contents
        Files by name.

    Returns
    -------
    tuple of Path
        The files, and `SUMS`, which lists them.

    Raises
    ------
    OSError
        If something cannot be written; the folder is then as it was.
    """
    target = target.resolve()
    whole = {SUMS: _sums(contents), **contents}
    target.parent.mkdir(parents=True, exist_ok=True)
    home = home_of_scratch(target)
    home.mkdir(exist_ok=True)
    with only_one(home):
        remove_dead(home, target)
        with _scratch(home, target) as scratch:
            new = scratch / "report"
            new.mkdir()
            for name, content in whole.items():
                (new / name).write_bytes(content)
            if home == target or not _put_into_place(new, target):
                _replace_files(new, target, whole)
    return tuple(target / name for name in (*contents, SUMS))


def home_of_scratch(target: Path) -> Path:
    """Folder in which the temporary one is made: that of the target, or the target itself."""
    inside = Path.cwd().is_relative_to(target) or os.path.ismount(target)
    return target if inside or not os.access(target.parent, os.W_OK | os.X_OK) else target.parent


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Wait until no other run writes here; systems without such locks do not wait."""
    try:
        import fcntl  # noqa: PLC0415 - Windows has none
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def remove_dead(home: Path, target: Path) -> None:
    """Remove temporary folders of killed runs; files of other programs are moved back first."""
    for left in home.glob(f"{SCRATCH}*"):
        if left.is_dir() and left.name.rsplit("~", 1)[0] == f"{SCRATCH}{target.name}":
            _clear(left, target)


def _clear(scratch: Path, target: Path) -> None:
    """Remove a temporary folder; files of other programs in it are moved back into the target."""
    _bring_back(scratch / "report", target)
    shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _scratch(home: Path, target: Path) -> Iterator[Path]:
    scratch = Path(tempfile.mkdtemp(dir=home, prefix=f"{SCRATCH}{target.name}~"))
    with ExitStack() as leaving:
        # Twice: a signal that comes while the run is cleaning up must not leave the rest.
        leaving.callback(_clear, scratch, target)
        leaving.callback(_clear, scratch, target)
        yield scratch


def _put_into_place(new: Path, target: Path) -> bool:
    if not target.exists():
        new.rename(target)
        return True
    shutil.copymode(target, new)
    stale = _unchanged(target)
    for entry in target.iterdir():
        is_folder = entry.is_dir() and not entry.is_symlink()
        if not (is_folder or entry.name in stale or (new / entry.name).exists()):
            _link(entry, new / entry.name)
    return exchange(new, target)


def _link(source: Path, copy: Path) -> None:
    """Link a file into another folder; copy it if the file system has no links."""
    try:
        os.link(source, copy, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, copy, follow_symlinks=False)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    return bool(rename(CURRENT_FOLDER, paths[0], CURRENT_FOLDER, paths[1], EXCHANGE) == 0)


def _bring_back(old: Path, target: Path) -> None:
    """Move into the target all files that are not there and belong to no report."""
    if not (old.is_dir() and target.is_dir()):
        return
    ours = {SUMS, *listed(old)}
    for entry in old.iterdir():
        if entry.name not in ours and not os.path.lexists(target / entry.name):
            entry.rename(target / entry.name)


def _replace_files(new: Path, target: Path, names: Iterable[str]) -> None:
    """Replace files one by one, `SUMS` last; if one fails, put the old ones back."""
    target.mkdir(exist_ok=True)
    old = new.parent / "old"
    old.mkdir()
    stale = _unchanged(target) - set(names)
    for name in (*names, *stale):
        if (target / name).is_file():
            shutil.copy2(target / name, old / name)
    with ExitStack() as undo:  # also when interrupted: half a report is worse than the old one
        undo.callback(_put_back, old / SUMS, target / SUMS)
        (target / SUMS).unlink(missing_ok=True)
        for name in (*(name for name in names if name != SUMS), SUMS):
            undo.callback(_put_back, old / name, target / name)
            os.replace(new / name, target / name)  # noqa: PTH105 - the same on all systems
        for name in stale:
            undo.callback(_put_back, old / name, target / name)
            (target / name).unlink()
        undo.pop_all()


def _put_back(old: Path, path: Path) -> None:
    if old.exists():
        shutil.copy2(old, path)
    elif path.is_file():
        path.unlink()


def _sums(contents: Mapping[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents)]
    return "".join(lines).encode("utf-8")


def listed(folder: Path) -> dict[str, str]:
    """Files of a report by name, with the SHA-256 that its list gives; empty without a list."""
    try:
        text = (folder / SUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.split("  ", 1) for line in text.splitlines() if "  " in line)
    return {name: digest for digest, name in pairs}


def _unchanged(folder: Path) -> set[str]:
    """Unchanged files of an earlier report in a folder, including its list."""
    found = {SUMS}
    for name, digest in listed(folder).items():
        path = folder / name
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            found.add(name)
    return found
