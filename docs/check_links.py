"""Follow every link inside the built site: ``python docs/check_links.py docs/_build``.

Sphinx checks the links that it makes itself. This also finds a missing image, style sheet, script
or download, and links that a template or raw HTML holds. Links to other sites are not followed.
"""

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """Links and anchors of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors = {"", "top"}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the links and anchors of a tag."""
        for key, value in attrs:
            if key in ("href", "src") and value is not None:
                self.links.append(value)
            elif key == "id" or (tag == "a" and key == "name"):
                self.anchors.add(value or "")


def internal_links(folder: Path) -> Iterator[tuple[Path, str, bool]]:
    """Every link of a site to itself: page, link, and whether its target exists."""
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            found = target.is_file()
            if found and target in pages:
                found = unquote(parts.fragment) in pages[target].anchors
            yield path, link, found


def main(folder: Path) -> int:
    """Print the number of links and every broken one; 1 if there is one, else 0."""
    links = list(internal_links(folder))
    broken = [f"{path.relative_to(folder.resolve())}: {link}" for path, link, ok in links if not ok]
    lines = [*broken, f"{len(links):,} internal links, {len(broken)} broken"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if broken or not links else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
