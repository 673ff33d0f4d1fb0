"""Build hook: a wheel carries the shipped tables inside the package."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedTables(BuildHookInterface[Any]):
    """Put ``datasets/`` into the wheel as ``exposure/_datasets``.

    Only a standard wheel gets the copy. An editable install reads the folder beside the
    package, so that it never meets a stale copy of a table.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folder to the files of a standard wheel."""
        if version == "standard":
            build_data["force_include"]["datasets"] = "exposure/_datasets"
