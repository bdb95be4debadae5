"""The built book: nothing in it is fetched from elsewhere, and every link within it leads somewhere."""

from __future__ import annotations

import html.parser
import os
import pathlib
import re
import urllib.parse
from collections.abc import Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOOK = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"), "book")
FETCHED = {"img": ["src", "srcset"], "script": ["src"], "iframe": ["src"], "source": ["src", "srcset"], "video": ["src"], "object": ["data"]}
"""What a browser fetches by itself; of ``link`` all but what only names an address."""
NAMES_ONLY = {"canonical", "prev", "next", "alternate"}


class Page(html.parser.HTMLParser):
    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attributes}
        self.ids.add(known.get("id", ""))
        self.fetched += [known[name] for name in FETCHED.get(tag, []) if name in known]
        if tag == "link" and known.get("rel") not in NAMES_ONLY:
            self.fetched.append(known.get("href", ""))
        if tag == "a" and "href" in known:
            self.links.append(known["href"])


@pytest.fixture(scope="module")
def pages() -> dict[pathlib.Path, Page]:
    found = {path: Page(path) for path in BOOK.rglob("*.html") if path.name != "404.html"}
    assert len(found) > 15, "no book: make docs"
    return found


def is_foreign(address: str) -> bool:
    return bool(re.match(r"(?:[a-z+]+:)?//", address))


def test_pages_fetch_nothing_from_elsewhere(pages: dict[pathlib.Path, Page]) -> None:
    foreign = {f"{path.relative_to(BOOK)}: {address}" for path, page in pages.items() for address in page.fetched if is_foreign(address)}
    for style in BOOK.rglob("*.css"):
        addresses = re.findall(r"""(?:url\(|@import\s*)["']?([^"')\s;]+)""", style.read_text())
        foreign |= {f"{style.relative_to(BOOK)}: {address}" for address in addresses if is_foreign(address)}
    for picture in BOOK.rglob("*.svg"):
        addresses = re.findall(r"""(?:href=|url\()["']?([^"')\s>]+)""", picture.read_text())
        foreign |= {f"{picture.relative_to(BOOK)}: {address}" for address in addresses if is_foreign(address)}
    assert foreign == set()


def broken(path: pathlib.Path, pages: dict[pathlib.Path, Page]) -> Iterator[str]:
    for link in [*pages[path].links, *pages[path].fetched]:
        parts = urllib.parse.urlsplit(link)
        if parts.scheme or parts.netloc or link.startswith("data:"):
            continue
        target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
        if target.is_dir():
            target /= "index.html"
        if not target.is_file():
            yield f"{path.relative_to(BOOK)}: {link}"
        elif parts.fragment and target in pages and urllib.parse.unquote(parts.fragment) not in pages[target].ids:
            yield f"{path.relative_to(BOOK)}: {link}"


def test_links_lead_somewhere(pages: dict[pathlib.Path, Page]) -> None:
    assert [problem for path in pages for problem in broken(path, pages)] == []


def test_the_search_knows_every_page(pages: dict[pathlib.Path, Page]) -> None:
    index = (BOOK / "search/search_index.json").read_text()
    assert [path for path in pages if f'"{path.relative_to(BOOK).as_posix()}' not in index] == []
    assert (BOOK / "search/search_index.js").is_file(), "without it, nothing is found where no server serves the book"
