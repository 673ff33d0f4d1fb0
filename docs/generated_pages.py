"""Pages of the site that are made from the package: commands, reference, glossary, examples.

``docs/conf.py`` writes them into ``docs/generated`` while the site is built; do not edit them.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import gallery

import exposure as ex
from exposure.report.text.glossary import (
    Term,
    basis_terms,
    column_terms,
    licence_terms,
    setting_terms,
    stage_terms,
)
from exposure.tables.schema.supply import ElementRow

HERE = Path(__file__).parent
FOLDER = HERE / "generated"

EXAMPLES = (
    "own_tables",
    "own_tables/less_stock",
    "own_tables/one_supplier",
    "own_tables_holmium",
    "own_tables_gallium",
)
"""Folders of example tables that pages link to."""

GROUPS: dict[str, tuple[str, ...]] = {
    "Tables": (
        "read_dataset", "Dataset", "apply_overlay", "with_value", "with_values",
        "compare_datasets", "differences_text", "provenance",
    ),
    "Files of others": ("import_usgs", "import_comtrade", "import_purchases"),
    "Scenarios and settings": (
        "read_scenario", "shipped_scenarios", "Scenario", "Rule", "mix", "Settings",
    ),
    "Rankings": (
        "assess", "Assessment", "load_assessment", "compare", "rank_changes", "rank_changes_text",
        "run_ensemble",
    ),
    "How sure, and what it depends on": (
        "rank_acceptability", "pairwise_order", "draws_needed", "sensitivity", "tornado",
        "value_of_information", "flips", "order_by_probability",
    ),
    "What would help": (
        "read_levers", "levers", "apply", "LeverEffects", "portfolios", "stock_targets",
    ),
    "Downstream": ("industry_codes", "industry_losses", "industry_totals", "industry_shock"),
    "Licences and the record": (
        "licensed_flow", "calibrate", "Calibration", "equally_good", "backtest", "Backtest",
        "queue_against_customs", "stoppages", "exit_shares", "exit_shares_of_flow",
    ),
    "Reports and figures": (
        "write_report", "ResultPlots", "scores_figure", "record_figure", "licences_figure",
        "plot_levers", "plot_frontier", "svg",
    ),
    "Errors": (
        "ExposureError", "ArgumentError", "ConfigurationError", "ConflictError", "HistoryError",
        "ImportedFileError", "LeverError", "ReportError", "RuleError", "SavedResultError",
        "ScenarioError", "SettingsError", "TableError", "UnknownNameError",
    ),
}  # fmt: skip
"""Public names by what they are for; a test finds a name that is missing here."""


def commands_page() -> str:
    """Every command with its options, from the help texts of the command line."""
    words = ["-m", "typer", "exposure.cli", "utils", "docs", "--name", "exposure"]
    made = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *words], check=True, capture_output=True, text=True, encoding="utf-8"
    )
    text = made.stdout.replace("# `exposure`", "# Commands", 1).replace("```console", "```text")
    text = re.sub(r"<list\[(\w+)\]>", r"<\1>", text)
    # The lists of commands are cut off after some words: here is room for the whole sentence.
    full = dict(re.findall(r"^##+ `exposure (.*?)`\n\n(.*?)$", text, flags=re.MULTILINE))

    def whole(cut: re.Match[str]) -> str:
        name = next(name for name in full if f" {name}".endswith(f" {cut[1]}"))
        return f"* `{cut[1]}`: {full[name]}"

    return re.sub(r"^\* `([a-z]+)`: .*\.\.\.$", whole, text, flags=re.MULTILINE)


def reference_page() -> str:
    """Every public name, by group, each with a page."""
    lines = [
        "# Reference",
        "",
        "Every public name of the package, written `ex.name` after `import exposure as ex`. Names",
        "that are not listed here may change in any release.",
        "[Columns of the results](../results.md) lists the columns of every frame.",
    ]
    for group, names in GROUPS.items():
        lines += ["", f"## {group}", "", "```{eval-rst}", ".. currentmodule:: exposure", ""]
        lines += [".. autosummary::", "   :toctree: reference", "   :nosignatures:", ""]
        lines += [*(f"   {name}" for name in names), "```"]
    return "\n".join(lines) + "\n"


def examples_page() -> str:
    """The example tables to which pages refer."""
    text = (
        "# Example tables\n\n"
        "The files of the folders in `docs/` that [own tables](../own_tables.md) and\n"
        "[a new material](../new_material.md) use. Names and figures are made up.\n"
    )
    for name in EXAMPLES:
        text += f"\n## {name}\n"
        for file in sorted((HERE / name).iterdir()):
            if file.is_file():
                kind = "toml" if file.suffix == ".toml" else "text"
                text += f"\n**{file.name}**\n\n```{kind}\n{file.read_text('utf-8').strip()}\n```\n"
    return text


def glossary_page() -> str:
    """Words of the model, elements, and words of the tables and results."""
    dataset = ex.read_dataset()
    head = (HERE / "glossary_words.md").read_text(encoding="utf-8")
    elements = [
        Term(row.element, f"{row.name}. {_control(row)}") for row in dataset.rows_of(ElementRow)
    ]
    settings = [
        Term(name, f"{meaning} Default: {value}.")
        for name, value, meaning in setting_terms(ex.Settings())
    ]
    parts: Sequence[tuple[str, Sequence[Term]]] = (
        ("Elements", elements),
        ("Stages", stage_terms(dataset)),
        ("Licence states", licence_terms()),
        ("How a figure is known", basis_terms()),
        ("Settings", settings),
        ("Columns of a report", column_terms()),
    )
    return head + "".join(_terms(title, terms) for title, terms in parts)


def _control(row: ElementRow) -> str:
    if row.controlled_from is None:
        return "Not under export control."
    return f"Its export needs a licence since {row.controlled_from:%-d %B %Y}."


def _terms(title: str, terms: Sequence[Term]) -> str:
    entries = "".join(f"`{term.word}`\n: {term.meaning}\n\n" for term in terms)
    return f"\n## {title}\n\n{entries}"


def write() -> None:
    """Write the pages; an unchanged page keeps its date, so that it is not built again."""
    FOLDER.mkdir(exist_ok=True)
    pages = {
        "commands.md": commands_page(),
        "reference.md": reference_page(),
        "example_tables.md": examples_page(),
        "glossary.md": glossary_page(),
    }
    for name, text in pages.items():
        page = FOLDER / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
    gallery.write()


if __name__ == "__main__":
    write()
