"""A written report: its bytes, its numbers, its page, and what happens when writing fails."""

import base64
import hashlib
import io
import json
import math
import re
from datetime import date
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

import exposure as ex
from exposure.citations import key_assumptions
from exposure.errors import ReportError
from exposure.report.contents import gather
from exposure.report.files import report_folder as write
from exposure.report.files.csv_output import ranking_csv
from exposure.report.files.json_output import ranking_json
from exposure.report.files.report_folder import older_files, write_report
from exposure.report.html.assumed_inputs import assumed_inputs
from exposure.report.html.page import unbroken
from exposure.report.html.sampling import sampling_rows
from exposure.report.text.cells import page_columns
from exposure.scoring.columns import names_of
from tests.csv_files import read_exactly
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset, tiny_records

VOID = {"meta", "br", "col", "hr", "img", "link", "input", "wbr"}


@pytest.fixture(scope="module")
def runs():
    records = tiny_records()
    records["sectors"][0]["name"] = "Missiles <b>& more</b>"
    records["stage_shares"][0].update(source_id="made_up_2025", locator="p. 1")
    dataset, settings = tiny_dataset(records), ex.Settings(draws=64)
    return [ex.assess(dataset, scenario, settings) for scenario in (WITHHELD, FREE)]


@pytest.fixture(scope="module")
def folder(runs, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("report")
    write_report(runs, path)
    return path


@pytest.fixture(scope="module")
def page(folder) -> "Page":
    return Page((folder / "report.html").read_text(encoding="utf-8"))


class Page(HTMLParser):
    """Checks nesting while it reads, and keeps tags, links and rankings."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.tags, self.attributes = text, [], [], []
        self.ids: list[str] = []
        self.rankings: dict[str, list[list[str]]] = {}
        self._table = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [given["id"]] if "id" in given else []
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._table = given.get("id", "")
        if self._table.startswith("ranking-"):
            rows = self.rankings.setdefault(self._table.removeprefix("ranking-"), [])
            rows += [[]] if tag == "tr" else []
            if tag == "data":
                rows[-1].append(given["value"])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag
        self._table = "" if tag == "table" else self._table


def test_a_report_holds_page_data_and_figures(folder):
    assert {path.name for path in folder.iterdir()} == {
        "report.html", "report.json", "ranking.csv", "weekly.csv", "attribution.csv", "SHA256SUMS",
        "acceptability.csv", "pairs.csv", "dates.csv", "inputs.zip",
        *(f"{name}.{form}" for form in ("svg", "png") for name in (
            "scores", "heat_map_withheld", "weekly_withheld",
        )),
    }  # fmt: skip


def test_equal_runs_give_equal_bytes(runs, folder, tmp_path):
    again = [ex.assess(run.dataset, run.scenario, run.settings) for run in runs]
    for path in write_report(again, tmp_path / "new" / "deep"):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_json_holds_record_and_every_row_and_null_for_a_missing_number(runs, folder):
    def refuse(word: str) -> None:
        raise AssertionError(word)

    text = (folder / "report.json").read_text(encoding="utf-8")
    content = json.loads(text, parse_constant=refuse)
    assert list(content) == ["schema_version", "record", "scenarios"]
    assert content["schema_version"] == 2
    assert content["record"]["dataset_digest"] == runs[0].dataset.digest
    assert content["record"]["settings"]["draws"] == 64
    first, second = content["scenarios"]
    assert (first["scenario"], second["scenario"]) == ("withheld", "free")
    assert list(first["ranking"][0]) == list(names_of("ranking"))
    assert second["ranking"][0]["weeks_to_impact_p50"] is None
    assert len(first["weekly"]) == len(runs[0].weekly)
    for row, shown in zip(runs[0].ranking.to_dict("records"), first["ranking"], strict=True):
        for column, value in row.items():
            missing = value is None or (isinstance(value, float) and math.isnan(value))
            written = value.isoformat() if isinstance(value, date) else value
            assert shown[column] == (None if missing else written)


def test_attribution_in_json_sums_to_the_score(folder):
    content = json.loads((folder / "report.json").read_text(encoding="utf-8"))["scenarios"][0]
    points = [row["points"] for row in content["attribution"] if row["sector"] == "missiles"]
    assert sum(points) == pytest.approx(content["ranking"][0]["score"])


def test_json_of_a_ranking_has_the_shape_of_the_command_line(runs):
    content = json.loads(ranking_json(runs))
    assert list(content) == ["schema_version", "record", "scenarios"]
    assert [list(part) for part in content["scenarios"]] == [["scenario", "name", "ranking"]] * 2


def test_csv_reads_back_equal_to_the_frame(runs, folder):
    text = (folder / "ranking.csv").read_text(encoding="utf-8")
    assert text == ranking_csv(runs)
    back = read_exactly(io.StringIO(text))
    assert list(back.columns) == ["scenario", *names_of("ranking"), "record_digest"]
    for run in runs:
        read_back = back[back["scenario"] == run.scenario.scenario]
        read_back = read_back.drop(columns=["scenario", "record_digest"])
        read_back["main_driver"] = read_back["main_driver"].astype(object).fillna("")
        read_back = read_back.reset_index(drop=True)
        expected = run.ranking
        for column in ("first_hit_date_p50", "refuted"):
            assert read_back.pop(column).astype(object).fillna("").tolist() == [
                "" if value is None else str(value) for value in expected.pop(column)
            ]
        assert_frame_equal(read_back, expected, check_exact=True, check_dtype=False)


def test_weekly_and_attribution_csv_read_back_equal(runs, folder):
    weekly = read_exactly(folder / "weekly.csv")
    read_back = weekly[weekly["run"] == "withheld"].drop(columns=["run", "record_digest"])
    read_back = read_back.reset_index(drop=True)
    expected = runs[0].weekly.assign(date=lambda frame: frame["date"].dt.strftime("%Y-%m-%d"))
    assert_frame_equal(read_back, expected, check_exact=True, check_dtype=False)
    points = read_exactly(folder / "attribution.csv")
    assert list(points.columns) == ["scenario", "sector", "element", "points", "record_digest"]
    one = points.query("scenario == 'withheld' and sector == 'missiles'").set_index("element")
    assert one["points"].to_dict() == runs[0].attribution().loc["missiles"].to_dict()


def test_the_page_is_well_formed_and_its_ids_are_unique(page):
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


def test_the_page_loads_nothing_and_runs_nothing(page):
    assert not {"link", "iframe", "object", "img", "base"} & set(page.tags)
    script = resources.files("exposure.report.html").joinpath("page.js").read_text("utf-8").strip()
    assert page.tags.count("script") == page.text.count("<script") == 1
    assert f"<script>{script}</script>" in page.text
    assert not re.search(
        "fetch|XMLHttp|import|eval|innerHTML|cookie|Storage|document.write", script
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [value for _, name, value in page.attributes if value.startswith("default-src")]
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert "@import" not in page.text
    assert not re.search(r"url\(\s*[\"']?(?!#)", page.text)
    for tag, name, value in page.attributes:
        if name in ("src", "href", "xlink:href", "data") and not value.startswith("#"):
            assert (tag, name) == ("a", "href")
        assert not name.startswith("on")


def test_internal_links_lead_somewhere(page):
    links = {value[1:] for _, name, value in page.attributes if "href" in name and value[:1] == "#"}
    assert links <= set(page.ids)


def test_a_source_that_a_table_cites_is_linked(page):
    assert ("a", "href", "https://example.org") in page.attributes


def test_numbers_of_a_ranking_on_the_page_are_those_of_the_frame(runs, page):
    shown_columns = [column for column in page_columns(mixture=False) if column.is_number]
    rows = [row for row in page.rankings["withheld"] if row]
    assert len(rows) == len(runs[0].ranking)
    for shown, (_, row) in zip(rows, runs[0].ranking.iterrows(), strict=True):
        values = [
            row[name]
            for column in shown_columns
            for name in (
                column.name,
                column.until,
                column.error if row.get(column.error, 0) > 0 else "",
            )
            if name
        ]
        assert shown == list(map(_written, values))


def _written(value: float) -> str:
    return "" if math.isnan(value) else repr(value)


def test_a_scenario_without_losses_is_described_in_words(page):
    assert "Every sector scores 0" in page.text
    assert "free" not in page.rankings


def test_a_name_with_markup_is_shown_not_obeyed(page):
    assert "b" not in page.tags
    assert "Missiles &lt;b&gt;&amp; more&lt;/b&gt;" in page.text


def test_the_page_is_accessible(page):
    assert ("html", "lang", "en") in page.attributes
    hidden = page.attributes.count(("svg", "aria-hidden", "true"))  # samples of lines in legends
    svgs = page.tags.count("svg") - hidden
    labelled = [
        value for tag, name, value in page.attributes if (tag, name) == ("svg", "aria-label")
    ]
    assert svgs == len(labelled) >= page.tags.count("figure") == page.tags.count("figcaption") > 0
    assert ("a", "href", "#main") in page.attributes
    scoped = sum((tag, name) == ("th", "scope") for tag, name, _ in page.attributes)
    assert scoped == page.tags.count("th")
    assert page.tags.count("caption") == page.tags.count("table")


def test_the_page_names_every_setting_rule_and_digest(runs, page):
    for name in ex.Settings.model_fields:
        assert f'<th scope="row">{name}</th>' in page.text
    for run in runs:
        assert run.scenario.digest in page.text
        for rule in run.scenario.rules:
            assert rule.note in page.text
    assert runs[0].dataset.digest in page.text


@pytest.mark.usefixtures("undrawn")
def test_a_mixture_is_reported_with_its_tail_and_members(runs, tmp_path):
    mixture = ex.mix("both", [(WITHHELD, 0.25), (FREE, 0.75)], text="Judgement.")
    run = ex.assess(runs[0].dataset, mixture, ex.Settings(draws=8))
    write_report([run], tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Tail loss, %" in text
    assert "<li>25.0 %: Withheld</li>" in text
    assert "the most probable member" in text


def old_report(folder: Path) -> dict[str, bytes]:
    (folder / "notes.txt").write_text("mine")
    (folder / "report.html").write_text("old page")
    (folder / "ranking.csv").write_text("old ranking")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("undrawn")
def test_a_failure_while_the_page_is_made_leaves_the_old_report_whole(runs, tmp_path, monkeypatch):
    before = old_report(tmp_path)
    monkeypatch.setattr(write, "report_json", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(runs, tmp_path)
    assert snapshot(tmp_path) == before


@pytest.mark.usefixtures("undrawn")
def test_other_files_are_left_alone(runs, tmp_path):
    old_report(tmp_path)
    write_report(runs[:1], tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "report.html").read_text(encoding="utf-8") != "old page"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.usefixtures("undrawn")
def test_figures_of_an_older_report_without_a_list_are_named_and_kept(runs, tmp_path):
    (tmp_path / "weekly_old.png").write_text("old")
    (tmp_path / "weekly_plan.txt").write_text("mine")
    written = write_report(runs, tmp_path)
    assert older_files(written) == (tmp_path / "weekly_old.png",)
    assert (tmp_path / "weekly_old.png").read_text() == "old"


@pytest.mark.usefixtures("undrawn")
def test_a_folder_in_the_place_of_a_file_is_named(runs, tmp_path):
    (tmp_path / "ranking.csv").mkdir()
    with pytest.raises(ReportError) as raised:
        write_report(runs, tmp_path)
    assert str(raised.value) == (
        f"{tmp_path / 'ranking.csv'}: found a folder; expected a file of the report or nothing; "
        "move it away, or name another place"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["ranking.csv"]


def test_a_folder_that_is_a_file_is_refused(runs, tmp_path):
    path = tmp_path / "report"
    path.write_text("a file")
    for target in (path, path / "inner"):
        with pytest.raises(ReportError) as raised:
            write_report(runs, target)
        assert str(raised.value) == (
            f"{target}: found a file; expected a folder to write the report into; "
            "name another place"
        )
        assert raised.value.exit_code == 3


def test_runs_that_do_not_belong_together_are_refused(runs, tmp_path):
    other = ex.assess(runs[0].dataset, FREE, ex.Settings(draws=8))
    with pytest.raises(ReportError) as raised:
        write_report([runs[0], other], tmp_path)
    assert str(raised.value) == (
        "report: found assessments that differ in settings; expected one dataset and one choice "
        "of settings; assess every scenario with the same"
    )
    with pytest.raises(ReportError) as raised:
        write_report([runs[0], runs[0]], tmp_path)
    assert str(raised.value) == (
        "report: found scenario 'withheld' more than once; expected each once, since files are "
        "named after it; leave one out, or rename it"
    )
    with pytest.raises(ex.ArgumentError) as raised_by_none:
        write_report([], tmp_path)
    assert str(raised_by_none.value) == (
        "ex.write_report: 1 fault\n"
        "  - assessments: found a list of 0; expected a list of at least one Assessment; "
        "write [assessment]"
    )
    assert list(tmp_path.iterdir()) == []


def test_errors_of_sampling_are_beside_their_means_and_draws_are_those_needed(runs, page):
    needed = ex.draws_needed(runs[0])
    rows = sampling_rows(runs[0])
    assert [row.score[1][0] for row in rows] == needed["draws_for_score"].tolist()
    assert [row.top[2][0] for row in rows] == needed["draws_for_top3"].tolist()
    names = dict(zip(runs[0].ranking["sector"], runs[0].ranking["name"], strict=True))
    following = [names[sector] for sector in needed["next_sector"].dropna()]
    assert [row.next_name for row in rows] == [*following, "-"]
    assert "draws needed for ± 0.1 points of a score and ± 0.01 of a probability" in page.text


def test_an_assumed_input_is_one_row_with_what_it_explains_under_each_course(runs):
    shown = assumed_inputs(gather(runs))
    keys = [(assumed.sector, assumed.row.table, assumed.row.key) for assumed in shown]
    assert len(keys) == len(set(keys)) > 0
    first = runs[0].ranking["sector"][0]
    expected = {row.key: row.explained for row in key_assumptions(runs[0], first, limit=3)}
    name = runs[0].ranking["name"][0]
    found = {assumed.row.key: assumed.explained for assumed in shown if assumed.sector == name}
    assert {key: shares[0] for key, shares in found.items()} == expected
    assert all(shares[1] is None for shares in found.values())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("on 2026-11-27 <b>", 'on <span class="nowrap">2026-11-27</span> &lt;b&gt;'),
        ("9.4 ± 0.3 of 100", '<span class="nowrap">9.4 ± 0.3</span> of 100'),
        ("(5–95 %: 0.3–26.8)", '(<span class="nowrap">5–95 %</span>: '
         '<span class="nowrap">0.3–26.8</span>)'),
    ],
)  # fmt: skip
def test_no_line_ends_within_a_date_or_an_interval(text, shown):
    assert unbroken(text) == shown
