"""Users' text in terminals, figures, pages and files: shown whole or marked, never executed."""

import csv
import io
import json
import re
import warnings
import xml.etree.ElementTree as ET

import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure

import exposure as ex
from exposure.cli import main
from exposure.report.files.csv_output import csv_text, ranking_csv
from exposure.report.files.json_output import ranking_json
from exposure.report.html.notebook import assessment_html
from exposure.report.plots import labels as figure_labels
from exposure.report.plots.figure_files import report_style, svg
from exposure.report.plots.labels import label, labels
from exposure.report.plots.rankings import heat_map_figure, plot_scores, plot_weekly, scores_figure
from exposure.report.text.layout import aligned, shortened, wrapped
from exposure.report.text.rankings import RANKING_WIDTH, ranking_text
from exposure.report.text.safe import UNSAFE, escaped, harmless, printable
from exposure.report.text.words import explain_text
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset, tiny_records, write_folder

LONG = (
    "Missiles, interceptors, guided rockets and all of their sub-assemblies including seekers, "
    "actuators and fins (North America)"
)
"""120 characters and more."""

HOSTILE = "Missiles\x1b[31m red\x07\u202eevil"
JAPANESE = "導弾とミサイルの部品"


def run(**names: str):
    """A run in which sectors and scenario have other names."""
    records = tiny_records()
    for row in records["sectors"]:
        row["name"] = names.get(row["sector"], row["name"])
    course = WITHHELD.model_copy(update={"name": names.get("scenario", WITHHELD.name)})
    dataset = tiny_dataset(records)
    return ex.assess(dataset, course, ex.Settings(draws=8, prior=True))


def tampered(**names: str):
    """The same with names that no table would be read with."""
    result = run()
    for sector, name in names.items():
        object.__setattr__(result.sectors[sector].label, "name", name)
    return result


def drawn_texts(figure: Figure) -> list[str]:
    """What a figure shows, mathematics undone, without empty text."""
    figure.draw_without_rendering()
    found = [
        artist.get_text()
        for artist in figure.findobj(match=lambda artist: hasattr(artist, "get_text"))
    ]
    return [text for text in found if text]


def width_of_the_axes(figure: Figure) -> float:
    return figure.axes[0].get_position().width


@pytest.mark.usefixtures("undrawn")
def test_a_name_of_120_characters_leaves_the_figure_its_width_and_the_page_has_it_whole(tmp_path):
    short, long = run(), run(missiles=LONG)
    for draw in (
        scores_figure,
        lambda runs: heat_map_figure(runs[0].attribution(), names(runs[0])),
    ):
        assert width_of_the_axes(draw([long])) > 0.8 * width_of_the_axes(draw([short]))
    ex.write_report([long], tmp_path)
    assert LONG in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert LONG in (tmp_path / "ranking.csv").read_text(encoding="utf-8")


def heat_map(runs) -> Figure:
    return heat_map_figure(runs[0].attribution(), names(runs[0]))


def names(result) -> dict[str, str]:
    return {sector: scored.label.name for sector, scored in result.sectors.items()}


def test_long_names_keep_their_legend_entries_inside_the_figure():
    result = run(missiles=LONG, electric_vehicles="Electric " * 12, scenario="A course " * 14)
    for plot in (
        lambda axes: plot_scores([result, result], axes),
        lambda axes: plot_weekly(result, axes),
    ):
        figure = Figure(figsize=(7.5, 4.2), layout="constrained")
        axes = plot(figure.subplots())
        figure.draw_without_rendering()
        entries = axes.get_legend().get_texts()
        assert len(entries) == len(axes.get_legend_handles_labels()[1])
        box = axes.get_legend().get_window_extent()
        assert box.x0 >= 0.0
        assert box.x1 <= figure.bbox.width


def test_a_label_is_broken_over_two_lines_and_then_shortened():
    assert label(LONG, key="missiles") == (
        "Missiles, interceptors, guided\nrockets and all of their sub-as..."
    )
    assert label("x" * 80, key="a") == "x" * 34 + "\n" + "x" * 31 + "..."


def test_a_label_shows_a_mark_of_direction_as_a_replacement_character():
    assert label("Missiles\n\u202e and\trockets", key="missiles") == "Missiles \ufffd and rockets"


def test_labels_that_would_be_equal_are_shown_with_their_keys():
    similar = {"a": LONG + " one", "b": LONG + " two", "c": "Cars"}
    first, second, third = labels(["a", "b", "c"], similar)
    assert first.endswith("\n(a)")
    assert second.endswith("\n(b)")
    assert third == "Cars"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("costs $5 or $6", "costs $5 or $6"),
        (r"broken $\frac$ formula", r"broken $\frac$ formula"),
        (r"one $ and a \$ too", r"one $ and a \$ too"),
        ("_hidden", " _hidden"),
        (r"C:\names\new", r"C:\names\new"),
    ],
)
def test_dollars_and_backslashes_are_text(name, shown):
    figure = scores_figure([tampered(missiles=name)])
    text = figure.axes[0].get_yticklabels()[0]
    drawn, mathematics = text._preprocess_math(text.get_text())
    assert (drawn, mathematics) == (shown, False)
    svg(figure)
    result = run(scenario=name)
    legend = plot_scores([result], Figure().subplots()).get_legend()
    assert len(legend.get_texts()) == 1


@pytest.mark.usefixtures("svg_only")
def test_a_script_without_a_font_is_drawn_as_the_key_and_shown_whole_elsewhere(tmp_path):
    if figure_labels.is_drawable(JAPANESE):
        pytest.skip("a font that has Japanese is installed")
    result = run(missiles=JAPANESE, scenario=JAPANESE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ex.write_report([result], tmp_path)
    assert "missiles" in drawn_texts(scores_figure([result]))
    assert JAPANESE in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert JAPANESE in ranking_text(result)


def test_a_script_with_an_installed_font_is_drawn_with_it():
    # A letter that the usual font lacks and another font that comes with matplotlib has.
    character = next(
        chr(code)
        for code in sorted(figure_labels._characters(font("STIXGeneral")))
        if code > 0x2000 and code not in figure_labels._characters(font("DejaVu Sans"))
    )
    axes = Figure().subplots()
    axes.set_yticks([0.0], labels(["a"], {"a": f"x{character}"}))
    figure_labels.set_fonts(axes.get_yticklabels())
    (text,) = axes.get_yticklabels()
    assert text.get_text() == f"x{character}"
    assert text.get_fontfamily()[-1] == figure_labels.fallback_font(frozenset(character))
    with warnings.catch_warnings(), report_style():
        warnings.simplefilter("error")
        axes.figure.draw_without_rendering()


def font(name: str) -> str:
    return font_manager.findfont(name, fallback_to_default=name == "DejaVu Sans")


@pytest.mark.usefixtures("svg_only")
def test_control_characters_and_direction_marks_reach_no_output(tmp_path):
    result = tampered(missiles=HOSTILE)
    ex.write_report([result], tmp_path)
    for path in tmp_path.iterdir():
        if path.suffix not in (".png", ".zip"):  # the archive keeps the tables as they are
            text = path.read_text(encoding="utf-8")
            assert not UNSAFE.search(text), path.name
        if path.suffix == ".svg":
            ET.parse(path)  # noqa: S314 - written a moment ago
    for text in (ranking_text(result), explain_text(result, "missiles"), assessment_html(result)):
        assert not UNSAFE.search(printable(text))
    assert not UNSAFE.search(assessment_html(result))


def test_json_keeps_the_data_and_escapes_what_a_terminal_would_obey():
    text = ranking_json([tampered(missiles=HOSTILE)])
    assert not UNSAFE.search(text)
    assert json.loads(text)["scenarios"][0]["ranking"][0]["name"] == HOSTILE
    assert json.loads(escaped(json.dumps({"a": HOSTILE}, ensure_ascii=False))) == {"a": HOSTILE}


@pytest.mark.parametrize(
    "words", [["rank", HOSTILE], ["check", f"/{HOSTILE}"], ["--draws" + HOSTILE]]
)
def test_a_message_about_a_hostile_word_is_printable(capsys, words):
    assert main(words) in (2, 3)
    out, err = capsys.readouterr()
    assert "Missiles" in err
    assert not UNSAFE.search(out + err)


def test_a_hostile_overlay_does_not_reach_the_terminal(capsys, tmp_path):
    folder = write_folder(tmp_path / "tables")
    records = tiny_records()
    records["cover"][0].update(low=8.0, central=8.0, high=8.0, note=HOSTILE)
    hostile = write_folder(tmp_path / f"a{HOSTILE}", {"cover": records["cover"][:1]})
    for words in (["sources", "cover"], ["rank", "free_flow", "--draws", "8", "--prior"]):
        main([*words, "--data", str(folder), "--overlay", str(hostile)])
        out, err = capsys.readouterr()
        assert not UNSAFE.search(out + err)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+49 30", "'+49 30"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-0.5", "-0.5"),
        ("+1e3", "+1e3"),
        ("5-95 %", "5-95 %"),
        ("", ""),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(cell, written):
    assert harmless(cell) == written


def test_numbers_stay_numbers_in_csv_and_names_are_made_harmless():
    text = ranking_csv([tampered(missiles="=1+1", loudspeakers='@"x", y')])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["name"] for row in rows) == ["'=1+1", '\'@"x", y', "Electric Vehicles"]
    assert all(float(row["score"]) >= 0.0 for row in rows)


def test_a_negative_number_is_not_quoted():
    import pandas as pd  # noqa: PLC0415

    frame = pd.DataFrame({"error": [-0.25], "note": ["-0.25"], "day": [WITHHELD.start]})
    assert csv_text(frame, {"record_digest": "a"}) == (
        "error,note,day,record_digest\n-0.25,-0.25,2025-04-04,a\n"
    )


def test_wide_characters_take_two_columns():
    table = aligned(["name", "n"], [[JAPANESE, "1"], ["Radar", "22"]], align="lr")
    assert table.split("\n")[2] == f"{JAPANESE}   1"
    assert table.split("\n")[3] == "Radar" + " " * 15 + "  22"
    assert shortened(JAPANESE * 3, 20) == JAPANESE[:8] + " ..."
    assert wrapped(JAPANESE * 3, width=20).split("\n") == [JAPANESE] * 3


def test_the_terminal_keeps_its_width_whatever_the_names_are():
    text = ranking_text(run(missiles=LONG, loudspeakers=JAPANESE * 8, scenario=LONG))
    from rich.cells import cell_len  # noqa: PLC0415

    assert max(map(cell_len, text.split("\n"))) <= RANKING_WIDTH == 120


@pytest.mark.usefixtures("undrawn")
def test_free_text_of_a_scenario_is_shown_not_obeyed(tmp_path):
    course = FREE.model_copy(update={"text": f"<script>x</script> {HOSTILE}", "name": "$\\frac$"})
    ex.write_report([ex.assess(tiny_dataset(), course, ex.Settings(draws=4, prior=True))], tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1  # the one that sorts
    assert "<script>x" not in page
    assert re.search(r"&lt;script&gt;x&lt;/script&gt; Missiles", page)
