"""The configuration of a scheduled report: one TOML file.

Words of the command line win over it. A text may name variables of the environment, as in
``${DESK_FOLDER}``, so that the file holds nothing secret. Paths count from the folder of the
file. All faults of a file are raised in one `ConfigurationError`.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exposure.errors import ConfigurationError, SettingsError
from exposure.faults import Fault
from exposure.report.changes import AlertKind
from exposure.report.files.choice import CsvDialect
from exposure.settings import Settings
from exposure.tables.reading.text_file import Unreadable, parse_toml, read_text
from exposure.terms import Identifier
from exposure.wording import faults_of, shown

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""A variable of the environment in a text."""

TODAY = "today"
"""Word in a configuration for the day on which the report is made."""


class Part(BaseModel):
    """Base of the parts of a configuration: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class AlertRule(Part):
    """A rule that raises an alert."""

    rule: AlertKind
    """Watched quantity: rank_moved and band_moved since the last report, in places; score_above, in
    points; p_top3_above, a probability; impact_before, a first hit before a day; data_older_than
    and expiry_within, in days; refuted, a sector that the record refutes."""
    limit: Annotated[float, Field(ge=0.0)] | None = None
    """Places, points, probability or days; every rule but refuted and impact_before needs it."""
    before: date | None = None
    """Day, for impact_before alone."""
    scenarios: tuple[Identifier, ...] = ()
    """Scenarios for which it holds; empty for all."""
    sectors: tuple[Identifier, ...] = ()
    """Sectors for which it holds; empty for all that are watched."""


class Output(Part):
    """Output of the report."""

    folder: str = "exposure-report"
    """Folder of the report; made if it does not exist."""
    csv_dialect: CsvDialect = CsvDialect.PLAIN
    """Form of CSV files: plain, or german for a German version of Excel."""
    excel: bool = False
    """True to write report.xlsx too, which needs the extra [excel]."""


class HistoryFile(Part):
    """Location of the history."""

    file: str | None = None
    """SQLite file; none for one next to the report folder, named after it."""
    keep: bool = True
    """True to keep a history."""


class Configuration(Part):
    """Everything that a scheduled report needs to know."""

    title: str = ""
    """Title of the report; empty for the usual one."""
    scenarios: tuple[str, ...] = ()
    """Shipped scenarios by name, or TOML files; empty for the three default courses."""
    after: str | None = None
    """Continuation of a record of the past, such as prolonged or lapsed."""
    rules: tuple[str, ...] = ()
    """Rules added to every course, each in words, such as ``Sm, civil, withheld, from
    2026-12-01``."""
    data: str | None = None
    """Folder of tables instead of the shipped ones."""
    overlay: tuple[str, ...] = ()
    """Overlays: folders of tables, of which the last one has priority."""
    as_of: date | Literal["today"] | None = None
    """First day scored and day of the report; today for the day on which it is made."""
    alert_sectors: tuple[Identifier, ...] = ()
    """Sectors that alerts are about, unless a rule names its own; empty for all. The report itself
    ranks every sector of the destination."""
    levers: bool | tuple[Identifier, ...] = True
    """Levers whose effect is reported: true for all shipped ones, false for none, or ids of
    some."""
    stale_after_days: Annotated[int, Field(ge=0)] | None = None
    """Days since the knowledge date above which the exit code is 4."""
    settings: Settings = Settings()
    """Draws, seed, horizon and the other settings of a run, by name."""
    output: Output = Output()
    """Output of the report."""
    history: HistoryFile = HistoryFile()
    """Location of the history."""
    alerts: tuple[AlertRule, ...] = ()
    """Rules that raise alerts; if one is met, the exit code is 1."""

    def at(self, folder: Path) -> Self:
        """Return the configuration with paths that count from a folder."""

        def placed(path: str) -> str:
            return str(folder / path)

        return self.model_copy(
            update={
                "scenarios": tuple(
                    placed(name) if name.endswith(".toml") else name for name in self.scenarios
                ),
                "data": None if self.data is None else placed(self.data),
                "overlay": tuple(map(placed, self.overlay)),
                "output": self.output.model_copy(update={"folder": placed(self.output.folder)}),
                "history": self.history.model_copy(
                    update={
                        "file": None if self.history.file is None else placed(self.history.file)
                    }
                ),
            }
        )


PARTS: Mapping[str, type[BaseModel]] = {
    "settings": Settings, "output": Output, "history": HistoryFile,
}  # fmt: skip
"""Tables of the file that are models of their own."""

NEEDS: Mapping[AlertKind, str] = {
    "rank_moved": "limit",
    "band_moved": "limit",
    "score_above": "limit",
    "p_top3_above": "limit",
    "impact_before": "before",
    "data_older_than": "limit",
    "expiry_within": "limit",
    "refuted": "",
}
"""The key that each rule of an alert needs; empty for none."""

EXAMPLES = {"limit": "limit = 2", "before": "before = 2027-01-01"}
"""Form of such a key."""


def read_configuration(
    path: str | Path, environment: Mapping[str, str] | None = None
) -> Configuration:
    """Read the configuration of a scheduled report.

    Parameters
    ----------
    path
        TOML file.
    environment
        Variables that texts may name; None for those of the process.

    Raises
    ------
    ConfigurationError
        With all faults of the file in one message.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "desk.toml"
    ...     _ = path.write_text('title = "Desk"' + chr(10) + "[settings]" + chr(10) + "draws = 64")
    ...     desk = read_configuration(path)
    >>> desk.title, desk.settings.draws
    ('Desk', 64)
    """
    file = Path(path)
    content = _content(file)
    faults: list[Fault] = []
    variables = os.environ if environment is None else environment
    filled = {key: _filled(key, value, variables, faults) for key, value in content.items()}
    made = _made(filled, faults)
    if made is None or faults:
        raise ConfigurationError(fault.at(str(file)) for fault in dict.fromkeys(faults))
    return made.at(file.parent)


def _content(path: Path) -> dict[str, Any]:
    text = read_text(path)
    content = text.found if isinstance(text, Unreadable) else parse_toml(text)
    if isinstance(content, str):
        cure = text.cure if isinstance(text, Unreadable) else "correct the file"
        expected = "a configuration in TOML"
        raise ConfigurationError([Fault("", content, expected, cure, str(path))])
    return content


def _filled(key: str, value: object, environment: Mapping[str, str], faults: list[Fault]) -> object:
    """A value with the variables that it names filled in."""
    if isinstance(value, dict):
        return {
            name: _filled(f"{key}, {name}", part, environment, faults)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_filled(key, part, environment, faults) for part in value]
    if not isinstance(value, str):
        return value
    for name in VARIABLE.findall(value):
        if name not in environment:
            found = f"the variable {name}, which the environment does not have"
            faults.append(Fault(key, found, "one that it has", f"set it: export {name}=..."))
    return VARIABLE.sub(lambda match: environment.get(match.group(1), ""), value)


def _made(content: dict[str, object], faults: list[Fault]) -> Configuration | None:
    """The configuration; faults of all its parts are collected."""
    whole = dict(content)
    for name, model in PARTS.items():
        if name in whole:
            whole[name] = _part(name, model, whole[name], faults) or model()
    rules = whole.get("alerts", [])
    if isinstance(rules, list):
        whole["alerts"] = tuple(_rules(rules, faults))
    try:
        return Configuration.model_validate(whole)
    except ValidationError as error:
        faults += faults_of(error, Configuration)
        return None


def _part(name: str, model: type[BaseModel], said: object, faults: list[Fault]) -> BaseModel | None:
    if not isinstance(said, dict):
        cure = f"write its keys under [{name}]"
        faults.append(Fault(name, shown(said), "a table of keys and values", cure))
        return None
    try:
        return model.model_validate(said)
    except SettingsError as error:
        faults += [fault.within(name) for fault in error.faults]
    except ValidationError as error:
        faults += [fault.within(name) for fault in faults_of(error, model)]
    return None


def _rules(entries: list[object], faults: list[Fault]) -> Iterator[AlertRule]:
    for number, entry in enumerate(entries, start=1):
        alert_key = f"alert {number}"
        if not isinstance(entry, dict):
            cure = "write each rule under [[alerts]]"
            faults.append(Fault(alert_key, shown(entry), "a table of keys and values", cure))
            continue
        rule = _part(alert_key, AlertRule, entry, faults)
        if isinstance(rule, AlertRule):
            found = list(_rule_faults(rule))
            faults += [fault.within(alert_key) for fault in found]
            if not found:
                yield rule


def _rule_faults(rule: AlertRule) -> Iterator[Fault]:
    """Fault in the combination of keys of a rule."""
    needed = NEEDS[rule.rule]
    for key in ("limit", "before"):
        given = getattr(rule, key)
        if key == needed and given is None:
            expected = f"a value, which {rule.rule} needs"
            yield Fault(key, "nothing", expected, f"write {EXAMPLES[key]}")
        elif key != needed and given is not None:
            yield Fault(key, str(given), f"nothing with {rule.rule}", "leave it out")
    if rule.rule == "p_top3_above" and rule.limit is not None and rule.limit > 1.0:
        yield Fault("limit", f"{rule.limit:g}", "at most 1", "write 0.5 for 50 %")


def configuration_schema() -> dict[str, Any]:
    """JSON Schema of the file, for editors.

    Examples
    --------
    >>> sorted(configuration_schema()["properties"])[:4]
    ['after', 'alert_sectors', 'alerts', 'as_of']
    """
    schema = Configuration.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def configuration_template() -> str:
    """A configuration to fill in, with every key explained.

    Examples
    --------
    >>> configuration_template().splitlines()[0]
    '# Configuration of a scheduled report: exposure report --config desk.toml --as-of 2026-10-12'
    """
    return (Path(__file__).parent / "template.toml").read_text(encoding="utf-8")
