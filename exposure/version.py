"""Version of the code, and of the libraries that results depend on.

The tables have a calendar version of their own.
"""

from functools import cache

__version__ = "0.2.0"

LIBRARIES = ("numpy", "pandas", "pydantic", "scipy")
"""Libraries whose version can change a number or the way it is written."""


@cache
def library_versions() -> dict[str, str]:
    """Versions of Python and of `LIBRARIES`, as in the record of a run.

    Examples
    --------
    >>> list(library_versions())
    ['python', 'numpy', 'pandas', 'pydantic', 'scipy']
    """
    import platform  # noqa: PLC0415 - importing the package must stay quick
    from importlib import metadata  # noqa: PLC0415

    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **versions}
