"""Results and scenarios in plain text for the terminal.

Finished results in, text out, without a newline at the end; no colour codes, lines of at most
100 columns (rankings: 120), nothing beyond ASCII but the dash of a range and what names hold.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exposure.policy.scenario import Scenario
from exposure.report.text import formats
from exposure.report.text.explanation import explain_text, explain_texts
from exposure.report.text.layout import WIDTH, aligned, shortened, underlined, wrapped
from exposure.report.text.rankings import ranking_text
from exposure.report.text.rule_lines import rule_lines

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "comparison_text",
    "explain_text",
    "explain_texts",
    "ranking_text",
    "scenario_list_text",
    "scenario_text",
]

NAME_WIDTH = 31
"""Columns for a sector's name in a comparison; longer ones are cut."""

SCENARIOS_ABREAST = 4
"""Scenarios side by side in one block of a comparison."""


def comparison_text(frame: "pd.DataFrame") -> str:
    """Ranks under several scenarios side by side, and what moved from the first to the last.

    Parameters
    ----------
    frame
        As `exposure.compare` gives it.
    """
    names = [c.removeprefix("rank_") for c in frame.columns if c.startswith("rank_")]
    names.remove("moved")
    letters = {name: chr(ord("A") + i) for i, name in enumerate(names)}
    legend = [f"{letter}: {name}" for name, letter in letters.items()]
    blocks = [
        _comparison_block(frame, {name: letters[name] for name in names[i : i + SCENARIOS_ABREAST]})
        for i in range(0, len(names), SCENARIOS_ABREAST)
    ]
    note = (
        f"Each pair: rank, score. moved: from {letters[names[0]]} to {letters[names[-1]]}, in "
        "places (positive is worse) and in points."
    )
    return "\n\n".join(["\n".join(legend), *blocks, wrapped(note, width=WIDTH)])


def _comparison_block(frame: "pd.DataFrame", letters: dict[str, str]) -> str:
    headings = ["sector"]
    for letter in letters.values():
        headings += [letter, f"score {letter}"]
    rows = []
    for _, row in frame.iterrows():
        cells = [shortened(str(row["name"]), NAME_WIDTH)]
        for name in letters:
            cells += [str(row[f"rank_{name}"]), formats.points(float(row[f"score_{name}"]))]
        moved = formats.places(int(row["rank_moved"]))
        rows.append([*cells, moved, formats.signed_points(float(row["score_moved"]))])
    align = "l" + "rr" * len(letters) + "rr"
    return aligned([*headings, "moved", "points"], rows, align=align)


def scenario_text(scenario: Scenario) -> str:
    """Say what a scenario assumes: paragraph, rules by day or members, sources."""
    parts = [
        underlined(f"{scenario.name} ({scenario.scenario})"),
        f"Starts on {scenario.start}; written for {scenario.horizon_weeks} weeks.",
        wrapped(scenario.text),
    ]
    if scenario.mixture:
        rows = [
            [f"{formats.percent(m.probability, 1)} %", m.scenario.scenario, m.scenario.name]
            for m in scenario.mixture
        ]
        parts.append(aligned(["probability", "scenario", "name"], rows, align="rll"))
    if scenario.rules:
        parts.append(_rules_text(scenario))
    elif not scenario.mixture:
        parts.append("No rule: everything leaves China freely.")
    if scenario.sources:
        parts.append("Sources:\n" + "\n".join(f"  {source}" for source in scenario.sources))
    return "\n\n".join(parts)


def _rules_text(scenario: Scenario) -> str:
    lines = rule_lines(scenario.rules)
    cells = [[line.starts, line.ends, line.goods, line.buyers, line.state] for line in lines]
    headings = ["from", "until", "goods", "buyers", "licence"]
    head, dashes, *body = aligned(headings, cells, align="lllll").split("\n")
    indent = " " * len("2025-04-04  ")
    text = [head, dashes]
    for row, line in zip(body, lines, strict=True):
        text.append(row)
        text += [
            wrapped(part, width=WIDTH, indent=indent) for part in (line.note, line.terms) if part
        ]
    return "\n".join(text)


def scenario_list_text(scenarios: Sequence[Scenario]) -> str:
    """List scenarios: key, name, and how many rules or members each has."""
    rows = [
        [scenario.scenario, scenario.name, str(scenario.start), _extent(scenario)]
        for scenario in scenarios
    ]
    return aligned(["scenario", "name", "start", "holds"], rows, align="llll")


def _extent(scenario: Scenario) -> str:
    if scenario.mixture:
        return f"a mixture of {len(scenario.mixture)}"
    number = len(scenario.rules)
    return "no rule" if number == 0 else formats.counted(number, "rule")
