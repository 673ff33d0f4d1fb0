"""The text of one file, or the reason why it cannot be read.

A pipe is not read because it could block, and a file far larger than any table is not loaded into
memory.
"""

import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 200_000_000
"""Bytes of the largest file that is read; the largest shipped table has 200,000."""


@dataclass(frozen=True)
class Unreadable:
    """Finding if a file is not text."""

    found: str
    cure: str = "check the file, and its permissions"
    line: int | None = None


def exists(path: Path) -> bool:
    """True if a path exists; False for a name that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read_text(path: Path) -> str | Unreadable:
    """Read a file as UTF-8; a byte-order mark at its beginning is skipped."""
    content = _read_bytes(path)
    if isinstance(content, Unreadable):
        return content
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        found = f"byte 0x{error.object[error.start]:02x}, which is not UTF-8"
        return Unreadable(found, "save the file as UTF-8", line)


def _read_bytes(path: Path) -> bytes | Unreadable:
    try:
        return _refused(path.stat()) or path.read_bytes()
    except FileNotFoundError:
        return Unreadable("no such file", "add the file")
    except ValueError:
        return Unreadable("a name that no file can have", "name a file")
    except OSError as error:
        return Unreadable(f"an unreadable file ({error.strerror})", "check its permissions")


def _refused(kind: os.stat_result) -> Unreadable | None:
    if stat.S_ISDIR(kind.st_mode):
        return Unreadable("a folder", "put the file in its place")
    if not stat.S_ISREG(kind.st_mode):
        return Unreadable("something that is no file, such as a pipe", "put a file there")
    if kind.st_size > LARGEST:
        found = f"{kind.st_size} bytes, more than the {LARGEST} that are read"
        return Unreadable(found, "leave out what is not needed")
    return None


def parse_toml(text: str) -> dict[str, Any] | str:
    """Parse TOML, or describe its fault.

    Examples
    --------
    >>> parse_toml("a = 1"), parse_toml("a = ")
    ({'a': 1}, 'text that is not TOML (Invalid value (at end of document))')
    >>> parse_toml("a = " + "[" * 9000)
    'tables or lists in one another, too deep to be read'
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return f"text that is not TOML ({error})"
    except RecursionError:
        return "tables or lists in one another, too deep to be read"
    except ValueError:
        # The only value of TOML that Python does not read.
        return "a number of thousands of digits"
