"""Write the tables of README.md from the shipped tables: ``python docs/readme.py``.

README holds them between marks; a test fails where they are not what the shipped tables give.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import exposure as ex
from exposure.report.text import formats

README = Path(__file__).parents[1] / "README.md"

COURSES = ("licences_continue", "licences_queued", "licences_withheld")
"""Courses that start today, in the order of the columns."""

MARKS = "<!-- {name} -->\n", "<!-- end of {name} -->\n"


def courses_table(results: Sequence[ex.Assessment]) -> str:
    """One row per sector: band, score and first hit under each course, and observed losses."""
    heads = [result.scenario.name for result in results]
    lines = [
        "| sector | " + " | ".join(heads) + " | lost so far: implied, seen |",
        "|---|" + "---|" * len(heads) + "---|",
    ]
    rankings = [result.ranking.set_index("sector") for result in results]
    for sector, row in rankings[0].iterrows():
        cells = [_cell(ranking.loc[sector]) for ranking in rankings]
        so_far = f"{_percent(row['implied_so_far'])}, {_percent(row['seen_so_far'])}"
        lines.append("| " + " | ".join([str(row["name"]), *cells, so_far]) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: pd.Series) -> str:
    hit = row["first_hit_date_p50"]
    when = "" if pd.isna(hit) else f", {hit:%b %Y}"
    interval = f"{formats.points(row['score_p05'])}–{formats.points(row['score_p95'])}"
    return f"**{row['band']}** · {formats.points(row['score'])} ({interval}){when}"


def _percent(share: float | None) -> str:
    return "–" if pd.isna(share) else f"{100 * share:.1f} %"


def written(text: str, tables: dict[str, str]) -> str:
    """README with its tables replaced."""
    for name, table in tables.items():
        first, last = (mark.format(name=name) for mark in MARKS)
        text = re.sub(
            re.escape(first) + ".*?" + re.escape(last),
            lambda _, new=first + table + last: new,
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    shipped = ex.read_dataset()
    assessed = [ex.assess(shipped, name) for name in COURSES]
    old = README.read_text(encoding="utf-8")
    README.write_text(written(old, {"courses": courses_table(assessed)}), encoding="utf-8")
