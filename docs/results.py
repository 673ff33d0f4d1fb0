"""Write docs/results.md from the registry of result columns: ``python docs/results.py``."""

from pathlib import Path

from exposure.report.text.columns_page import columns_page

PAGE = Path(__file__).parent / "results.md"

if __name__ == "__main__":
    PAGE.write_text(columns_page(), encoding="utf-8")
