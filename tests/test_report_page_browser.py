"""The page in a real browser: no request, no message, no fault of access, legible, printed well."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pytest

import exposure as ex
from exposure.report.files.report_folder import write_report
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset, tiny_records

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = os.environ.get("EXPOSURE_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)

HOSTILE = "Missiles <b onclick=x()>& <script>alert(1)</script> =1+1 $\\frac$ {{ 7 * 7 }}"

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no browser found; install chromium, or set EXPOSURE_BROWSER"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    records = tiny_records()
    records["sectors"][0]["name"] = HOSTILE
    settings = ex.Settings(draws=16, prior=True)
    runs = [ex.assess(tiny_dataset(records), name, settings) for name in (WITHHELD, FREE)]
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:  # the page holds vectors
        patch.setattr("exposure.report.plots.figure_files.png", lambda *_, **__: b"")
        write_report(runs, folder)
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Seen:
    """A page as a browser shows it, with what it asked for and said."""

    def __init__(self, browser, page: Path, *, width: int = 1400) -> None:
        size = {"width": width, "height": 900}
        self.context = browser.new_context(viewport=size, color_scheme="light")
        self.tab = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.tab.on("console", lambda message: self.said.append(message.text))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.tab.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.goto(page.as_uri())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


# A narrow page has the colours of a wide one. Other colours can fail by their contrast alone.
RULES = {1400: "", 390: "{rules: {'color-contrast': {enabled: false}}}"}
CONTRAST = "{runOnly: ['color-contrast']}"


@pytest.mark.parametrize("width", [1400, pytest.param(390, marks=pytest.mark.long)])
def test_the_page_asks_for_nothing_says_nothing_and_has_no_fault_of_access(browser, page, width):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    script = Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    with Seen(browser, page, width=width) as seen:
        assert (seen.asked, seen.said) == ([page.as_uri()], [])
        seen.tab.evaluate("document.querySelectorAll('details').forEach((own) => own.open = true)")
        seen.tab.evaluate(script)
        assert faults_of_access(seen, RULES[width]) == []
        if width == 1400:
            seen.tab.emulate_media(color_scheme="dark")
            assert faults_of_access(seen, CONTRAST) == []
        assert (seen.asked, seen.said) == ([page.as_uri()], [])


def faults_of_access(seen: Seen, rules: str) -> list[tuple[str, str]]:
    """Rules of axe-core that the page breaks, each with the first place."""
    found = seen.tab.evaluate(f"axe.run({rules})")
    assert len(found["passes"]) > (0 if rules == CONTRAST else 10)
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]]


def test_on_a_telephone_only_tables_scroll_and_figures_can_be_read(browser, page):
    with Seen(browser, page, width=390) as seen:
        assert seen.tab.evaluate("document.documentElement.scrollWidth") == 390
        smallest = seen.tab.evaluate(
            "Math.min(...[...document.querySelectorAll('svg[role=img]')].map("
            "(own) => 10.5 * own.getBoundingClientRect().width / 420))"
        )
        assert smallest >= 8.5
        left = "document.querySelector('.overview tbody th').getBoundingClientRect().left"
        before = seen.tab.evaluate(left)
        seen.tab.evaluate("document.querySelector('.overview').parentElement.scrollLeft = 150")
        assert seen.tab.evaluate(left) == pytest.approx(before, abs=1.0)


def test_on_a_telephone_no_word_runs_into_the_next_cell_and_no_row_is_a_tower(browser, page):
    with Seen(browser, page, width=390) as seen:
        wide = seen.tab.evaluate(
            "[...document.querySelectorAll('tbody th')].filter("
            "(cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.innerText)"
        )
        assert wide == []
        heights = seen.tab.evaluate(
            "[...document.querySelectorAll('.anatomy tr')].map((row) => row.offsetHeight)"
        )
        assert max(heights) < 80


def test_a_heading_sorts_its_table_both_ways_and_missing_values_stay_last(browser, page):
    with Seen(browser, page) as seen:
        table = seen.tab.locator("#ranking-withheld")
        head = table.locator("thead th", has_text="Score").first

        def scores() -> list[float]:
            cells = table.locator("tbody td:nth-child(5) > data")
            return [float(text) for text in cells.evaluate_all("(all) => all.map((e) => e.value)")]

        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "ascending"
        assert scores() == sorted(scores())
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "descending"
        assert scores() == sorted(scores(), reverse=True)


def test_without_its_script_everything_is_there(browser, page):
    with Seen(browser, page) as seen:
        words = seen.tab.locator("body").inner_text()
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page.as_uri())
    assert tab.locator("body").inner_text().split() == words.split()
    context.close()


def test_text_of_tables_is_shown_not_obeyed(browser, page):
    with Seen(browser, page) as seen:
        names = seen.tab.locator("#ranking-withheld tbody th").all_inner_texts()
        assert HOSTILE in names
        titles = seen.tab.locator("svg text title").all_text_contents()
        assert HOSTILE in titles
        assert seen.tab.locator("[onclick]").count() == 0
        assert seen.said == []


def test_printed_on_a4_no_page_but_the_last_is_half_empty(browser, page, tmp_path):
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed; install poppler-utils")
    pdf = tmp_path / "report.pdf"
    with Seen(browser, page) as seen:
        seen.tab.pdf(path=str(pdf), prefer_css_page_size=True)
    subprocess.run(["pdftoppm", "-r", "20", "-gray", pdf, tmp_path / "p"], check=True)  # noqa: S607
    pages = [_grey(path) for path in sorted(tmp_path.glob("p-*.pgm"))]
    assert len(pages) >= 2
    for picture in pages[:-1]:
        height, width = picture.shape
        assert height / width == pytest.approx(297 / 210, abs=0.02)
        inked = np.flatnonzero((picture < 200).any(axis=1))
        assert inked.max() > 0.5 * height


def test_printed_a_table_repeats_its_headings_on_every_page(browser, page, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed; install poppler-utils")
    pdf = tmp_path / "report.pdf"
    with Seen(browser, page) as seen:
        seen.tab.evaluate(
            "{ const body = document.querySelector('#ranking-withheld tbody');"
            "for (let n = 0; n < 120; n++) {"
            "const row = body.rows[0].cloneNode(true); row.cells[0].textContent = 'sector ' + n;"
            "body.append(row); } }"
        )
        seen.tab.pdf(path=str(pdf), prefer_css_page_size=True)
    printed = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True)  # noqa: S607
    pages = [text for text in printed.stdout.decode().split("\f") if "sector " in text]
    with_rows = [text for text in pages if re.search(r"^ *sector \d+ ", text, re.MULTILINE)]
    assert len(with_rows) >= 2
    assert all("P(top 3)" in text for text in with_rows)


def _grey(path: Path) -> np.ndarray:
    """A picture in the plain format of pdftoppm."""
    kind, size, depth, rest = path.read_bytes().split(b"\n", 3)
    assert (kind, depth) == (b"P5", b"255")
    width, height = map(int, size.split())
    return np.frombuffer(rest, dtype=np.uint8).reshape(height, width)
