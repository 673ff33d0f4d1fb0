"""Put changed schemas on record: ``python -m tests.golden.record``."""

import json
import sys
from pathlib import Path

from exposure.report.files.output_models import MODELS, output_schema, version_of

FOLDER = Path(__file__).parent / "schemas"


def path_of(name: str) -> Path:
    """File that holds the schema of an output."""
    return FOLDER / f"{name}.json"


def recorded(name: str) -> dict[str, object] | None:
    """Schema on record; None for an output that is new."""
    path = path_of(name)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def recorded_version(schema: dict[str, object]) -> int:
    """Version that a schema on record states."""
    return schema["properties"]["schema_version"]["const"]  # type: ignore[index]


def fault(name: str) -> str:
    """What is wrong with the record of an output, or nothing."""
    old, new, version = recorded(name), output_schema(name), version_of(MODELS[name])
    if old == new:
        return ""
    if old is not None and version <= recorded_version(old):
        return (
            f"{name}: its JSON Schema changed, and schema_version is still {version}; raise it in "
            "exposure/report/files/output_models.py, then run python -m tests.golden.record"
        )
    return f"{name}: version {version} is not on record; run python -m tests.golden.record"


def main() -> int:
    """Write what may be written; return 1 if a schema changed under its old version."""
    faults = [fault(name) for name in MODELS]
    for name, text in zip(MODELS, faults, strict=True):
        if text.endswith("is not on record; run python -m tests.golden.record"):
            schema = json.dumps(output_schema(name), indent=1, ensure_ascii=False)
            path_of(name).write_text(schema + "\n", encoding="utf-8")
        elif text:
            sys.stderr.write(text + "\n")
    return int(any("schema_version is still" in text for text in faults))


if __name__ == "__main__":
    sys.exit(main())
