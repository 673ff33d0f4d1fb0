"""Scenario files written for tests, and shipped scenarios of our own to which they refer."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from exposure.policy.scenario import Scenario
from exposure.policy.scenario_file import read_scenario

HEAD = 'name = "Truce"\nstart = 2025-04-04\ntext = "A truce."\n'
QUEUE = """
[[rules]]
starts = 2025-04-04
state = "ordinary"

[[rules]]
buyer_class = "military"
starts = 2025-04-04
state = "withheld"
"""
DESCRIBED = b'{"name": "rare-earth-exposure", "version": "2026.11"}'


def ship(folder: Path) -> Path:
    """Write a folder like the shipped one, so that tests do not depend on the real scenarios."""
    (folder / "scenarios").mkdir(parents=True)
    (folder / "datapackage.json").write_bytes(DESCRIBED)
    for name, rules in {"free_flow": "", "queue": QUEUE, "late": ""}.items():
        head = HEAD.replace("2025-04-04", "2025-05-01") if name == "late" else HEAD
        (folder / "scenarios" / f"{name}.toml").write_text(head + rules, encoding="utf-8")
    return folder


def read(folder: Path, *, dates: Mapping[str, date | str] | None = None, **files: str) -> Scenario:
    """Write files into one folder and read the first."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return read_scenario(folder / f"{next(iter(files))}.toml", dates=dates)


def rule(**keys: object) -> str:
    """A rule as TOML; samarium withheld from the start unless given."""
    usual = {"element": "Sm", "starts": date(2025, 4, 4), "state": "withheld"} | keys
    shown = {k: f'"{v}"' if isinstance(v, str) else v for k, v in usual.items() if v is not None}
    return "\n[[rules]]\n" + "".join(f"{key} = {value}\n" for key, value in shown.items())


def member(scenario: str, probability: object = 0.5) -> str:
    return f'\n[[mixture]]\nscenario = "{scenario}"\nprobability = {probability}\n'
