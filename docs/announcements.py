"""Write the tables of docs/announcements.md: ``python docs/announcements.py [DRAWS]``."""

import sys
from collections.abc import Mapping
from pathlib import Path

from readme import written

import exposure as ex
from exposure.report.text import formats

PAGE = Path(__file__).parent / "announcements.md"
DRAWS = 1_024
LONDON = {
    "no truce": ("april_2025_queue", ()),
    "truce": ("london_truce", ()),
    "everything withheld": ("full_withhold", ()),
}
SAMARIUM = {
    "samarium rule alone": (
        "free_flow",
        ("Sm, ordinary, from 2025-04-04", "Sm, military, USA, withheld, from 2025-04-04"),
    ),
    "samarium withheld from all": ("samarium_only", ()),
}
Courses = Mapping[str, tuple[str, tuple[str, ...]]]


def scores_table(dataset: ex.Dataset, courses: Courses, settings: ex.Settings) -> str:
    """One row per sector: score with its interval and main driver under each course."""
    rankings = {
        name: ex.assess(dataset, ex.read_scenario(course, rules=rules), settings).ranking
        for name, (course, rules) in courses.items()
    }
    first = next(iter(rankings.values()))
    heads = ["sector", *rankings]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for sector, name in zip(first["sector"], first["name"], strict=True):
        cells = []
        for ranking in rankings.values():
            row = ranking.set_index("sector").loc[sector]
            low, high = formats.points(row["score_p05"]), formats.points(row["score_p95"])
            driver = f", {row['main_driver']}" if row["main_driver"] else ""
            cells.append(f"{formats.points(row['score'])} ({low}–{high}){driver}")
        lines.append("| " + " | ".join([name, *cells]) + " |")
    stamp = f"*Tables {dataset.version}, {settings.draws:,} draws; score, 5–95 %, main driver.*\n\n"
    return stamp + "\n".join(lines) + "\n"


if __name__ == "__main__":
    shipped = ex.read_dataset()
    chosen = ex.Settings(draws=int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS)
    made = {
        "london": scores_table(shipped, LONDON, chosen),
        "samarium": scores_table(shipped, SAMARIUM, chosen),
    }
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
