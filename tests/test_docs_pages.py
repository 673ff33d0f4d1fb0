"""Commands of docs/announcements.md run and its rules equal those of the files; tables of pages."""

import re
import shlex
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import exposure as ex
from exposure.cli import main
from exposure.evidence.conditioning import Examined
from exposure.evidence.observed import Implied
from exposure.inputs.streams import Sampler
from tests.tiny import write_folder

DOCS = Path(__file__).parents[1] / "docs"
sys.path.insert(0, str(DOCS))

import history  # noqa: E402 - scripts of docs, which is no package
import history_scores  # noqa: E402
import robustness  # noqa: E402

PAGE = (DOCS / "announcements.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    for line in block.splitlines()
]
FEW = ex.Settings(draws=4, prior=True, horizon_weeks=52)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_page_runs(line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(line)
    assert program == "exposure"
    few = ["--draws", "4", "--prior"] if words[0] != "flow" else ["--draws", "4"]
    few += ["--data", str(write_folder(tmp_path / "tables")), "--horizon-weeks", "26"]
    assert main([*words, *few]) == 0
    captured = capsys.readouterr()
    assert captured.out
    for rule in (words[i + 1] for i, word in enumerate(words) if word == "--rule"):
        assert rule.split(",")[0] in captured.out
    if "Sm, military, withheld" in line:
        warning = next(row for row in captured.err.splitlines() if row.startswith("warning"))
        assert f"```\n{warning}\n```" in PAGE


def test_the_rules_of_london_say_what_the_shipped_file_says():
    line = next(line for line in COMMANDS if "fast_track" in line)
    rules = [word for word in shlex.split(line) if "from" in word]
    europe = "Dy, Tb, Gd, Lu, civil, EUU, trusted, fast_track, from 2025-07-24"
    on_top = ex.read_scenario("april_2025_queue", rules=[*rules, europe])
    in_file = ex.read_scenario("london_truce")
    one, other = (
        ex.assess(ex.read_dataset(), scenario, FEW).ranking for scenario in (on_top, in_file)
    )
    assert one["score"].max() > 0.0
    assert one.equals(other)


def test_every_mark_of_a_page_has_a_table_of_its_script():
    scripts = {"history": ("history", "mechanisms"), "robustness": ("robustness",)}
    scripts["announcements"] = ("announcements",)
    for name, used_by in scripts.items():
        page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
        code = "".join((DOCS / f"{script}.py").read_text(encoding="utf-8") for script in used_by)
        marks = re.findall(r"<!-- end of (.*?) -->", page)
        assert marks
        for mark in marks:
            assert f"<!-- {mark} -->\n" in page
            assert f'"{mark}"' in code
        assert "<!-- fill" not in page


def seen(drawn, last: date, *, subject: str = "cars", high: float = 0.1) -> Implied:
    drawn = np.asarray(drawn, dtype=float)
    return Implied(subject, "losses", last, last, 0.0, 0.05, high, 0.05, drawn)


def test_a_forecast_uses_what_was_known_and_is_judged_by_what_came():
    draws = 200
    inside = np.arange(draws) < draws // 2
    early = seen(np.where(inside, 0.0, 9.0), date(2025, 12, 31))
    late = seen(np.where(inside, 0.3, 0.0), date(2026, 3, 31))
    examined = Examined(Sampler.first(draws, 7), (early, late))
    kept, found = history.forecast_of(examined, until=history.CUT)
    assert kept == draws // 2
    ((observed, predicted),) = found
    assert observed is late
    assert predicted == pytest.approx([0.3, 0.3, 0.3])
    text = history.shares_text([(observed, *predicted)])
    assert text == (
        "Of 1 quarters, the 90 % interval meets the range that the record allows in 0 (0%) and "
        "holds its central value in 0 (0%); the mean lies above the range in 1 (100%).\n"
    )


def test_ranges_that_rest_on_later_sources_are_twice_as_wide_and_no_others():
    dataset = ex.read_dataset()
    wide, count = history_scores.widened(dataset, history.CUT)
    later = history_scores.later_sources(dataset, history.CUT)
    moved = 0
    for name, rows in dataset.rows.items():
        for old, new in zip(rows, wide.rows[name], strict=True):
            if old == new:
                continue
            moved += 1
            assert name not in history_scores.AS_SEEN
            assert old.sources()[0] in later
            assert new.low <= old.low <= old.central == new.central <= old.high <= new.high
    assert 0 < moved <= count


def test_orders_agree_with_themselves_and_not_with_their_reverse():
    order = {name: np.array([float(i)]) for i, name in enumerate("abc")}
    back = {name: -scores for name, scores in order.items()}
    assert (robustness.kendall(order, order), robustness.kendall(order, back)) == (1.0, -1.0)
