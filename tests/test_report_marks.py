"""Changes of the tables are stated in every header and recorded in every file."""

import csv
import json
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

import exposure as ex
from exposure.cli import main
from exposure.report.html.notebook import assessment_html
from exposure.report.plots.rankings import scores_figure, weekly_figure
from exposure.report.text.words import explain_text, ranking_text
from exposure.version import library_versions
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset, tiny_records, write_folder

KEY = ("missiles", "smco_magnet", "stock_weeks")
ROW = ", ".join(KEY)
LAID = "with overlay acme (1 row replaced, 0 added)"
LINE = f"{LAID}, 1 figure changed by hand"


@pytest.fixture(scope="module")
def overlay(tmp_path_factory):
    records = tiny_records()
    records["cover"][0].update(low=8.0, central=8.0, high=8.0)
    folder = tmp_path_factory.mktemp("overlays") / "acme"
    return write_folder(folder, {"cover": records["cover"][:1]})


@pytest.fixture(scope="module")
def runs(overlay):
    dataset = ex.apply_overlay(tiny_dataset(), overlay)
    dataset = ex.with_value(dataset, "cover", KEY, value=(5, 9, 20), note="own count")
    return [ex.assess(dataset, name, ex.Settings(prior=True, draws=8)) for name in (WITHHELD, FREE)]


@pytest.fixture(scope="module")
def folder(runs, tmp_path_factory):
    path = tmp_path_factory.mktemp("report")
    ex.write_report(runs, path)
    return path


def test_headers_of_the_terminal_name_overlays_and_changed_figures(runs):
    assert ranking_text(runs[0]).split("\n")[:3] == [
        "Withheld (withheld) | USA | tables tiny | 8 draws",
        LINE,
        "",
    ]
    assert LINE in explain_text(runs[0], "missiles").split("\n")[:5]


def test_tables_as_they_were_read_have_no_mark():
    unmarked = ex.assess(tiny_dataset(), WITHHELD, ex.Settings(prior=True, draws=4))
    assert ranking_text(unmarked).split("\n")[1] == ""
    assert not scores_figure([unmarked]).texts


def test_figures_say_it_below_and_in_their_metadata(runs, folder):
    for figure in (scores_figure(runs), weekly_figure(runs[0])):
        assert [text.get_text() for text in figure.texts] == [f"tables tiny {LINE}"]
    digest = json.loads((folder / "report.json").read_text())["record"]["record_digest"]
    description = f"record {digest}, tables tiny {LINE}"
    for path in (*folder.glob("*.svg"), *folder.glob("*.png")):
        assert described(path) == description, path.name


def described(path) -> str:
    if path.suffix == ".png":
        return Image.open(path).text["Description"]
    name = "{http://purl.org/dc/elements/1.1/}description"
    return ET.parse(path).find(f".//{name}").text  # noqa: S314 - written a moment ago


def test_the_page_says_it_first_and_lists_every_row_in_its_record(runs, folder):
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert f'<p class="marks">Tables tiny {LINE}: see' in text
    assert text.index('class="marks"') < text.index("<main")
    cells = f"<td>cover</td><td>{ROW}</td>"
    assert f'<tr><th scope="row">overlay acme</th>{cells}<td>replaced</td></tr>' in text
    assert (
        f'<tr><th scope="row">hand</th>{cells}<td>8, 8, 8 became 5, 9, 20: own count</td></tr>'
        in text
    )
    for name, version in library_versions().items():
        assert f'<tr><th scope="row">{name}</th><td>{version}</td>' in text
    assert LINE in assessment_html(runs[0])


def test_the_json_names_every_changed_row_and_library(folder):
    record = json.loads((folder / "report.json").read_text(encoding="utf-8"))["record"]
    assert record["library_versions"] == library_versions()
    assert [overlay["replaced"] for overlay in record["overlaid"]] == [{"cover": [ROW]}]
    (change,) = record["changed"]
    assert (change["key"], change["now"], change["note"]) == (ROW, [5.0, 9.0, 20.0], "own count")


def test_every_file_of_a_run_carries_its_digest_and_another_run_has_another(runs, folder):
    digest = json.loads((folder / "report.json").read_text())["record"]["record_digest"]
    for name in ("ranking.csv", "weekly.csv", "attribution.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            assert {row["record_digest"] for row in csv.DictReader(file)} == {digest}
    assert digest in (folder / "report.html").read_text(encoding="utf-8")
    other = ex.assess(runs[0].dataset, WITHHELD, ex.Settings(prior=True, draws=8, seed=8))
    assert digest not in ex.report.files.json_output.ranking_json([other])


@pytest.mark.parametrize(
    "words",
    [
        ["flow", "full_withhold", "--draws", "8"],
        ["sources", "missiles"],
        ["sources"],
        ["explain", "missiles", "full_withhold", "--draws", "8", "--prior"],
        ["rank", "free_flow", "--draws", "8", "--prior"],
        ["diff"],
    ],
)
def test_every_command_says_it_in_its_header(capsys, tmp_path, overlay, words):
    tables = write_folder(tmp_path)
    where = [str(tables), str(tables)] if words == ["diff"] else ["--data", str(tables)]
    assert main([*words, *where, "--overlay", str(overlay)]) == 0
    out = capsys.readouterr().out
    assert LAID in "\n".join(out.split("\n")[:5])
