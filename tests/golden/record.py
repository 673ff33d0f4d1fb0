"""Put changed schemas on record: ``python -m tests.golden.record``."""

import json
import sys
from pathlib import Path

from exposure.report.files.output_models import MODELS, output_schema, version_of

FOLDER = Path(__file__).parent / "schemas"
COMMAND = "python -m tests.golden.record"


def path_of(name: str) -> Path:
    """File that holds the schema of an output."""
    return FOLDER / f"{name}.json"


def recorded(name: str) -> dict[str, object] | None:
    """Schema on record; None for an output that is new."""
    path = path_of(name)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def released(name: str) -> int:
    """Newest version of an output that a release has; 0 for none."""
    versions = json.loads((FOLDER.parent / "released.json").read_text(encoding="utf-8"))
    return int(versions.get(name, 0))


def fault(name: str) -> str:
    """Fault in the record of an output; empty if there is none."""
    version = version_of(MODELS[name])
    if recorded(name) == output_schema(name):
        return ""
    if _is_released(name):
        return (
            f"{name}: its JSON Schema changed, and version {version} is released; raise its "
            f"schema_version in exposure/report/files/output_models.py, then run {COMMAND}"
        )
    return f"{name}: its JSON Schema is not the one on record; run {COMMAND}"


def main() -> int:
    """Write what may be written; return 1 if a released schema changed under its version."""
    faults = {name: fault(name) for name in MODELS}
    for name, text in faults.items():
        if text and not _is_released(name):
            schema = json.dumps(output_schema(name), indent=1, ensure_ascii=False)
            path_of(name).write_text(schema + "\n", encoding="utf-8")
        elif text:
            sys.stderr.write(text + "\n")
    return int(any(text and _is_released(name) for name, text in faults.items()))


def _is_released(name: str) -> bool:
    return version_of(MODELS[name]) <= released(name)


if __name__ == "__main__":
    sys.exit(main())
