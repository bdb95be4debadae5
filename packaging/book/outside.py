"""What the book's pages link to outside of docs/: MkDocs takes pages from one folder alone.

Markdown becomes a page of the book, anything else a text file beside it, so that links are the same in the tree and in the book. A link to what
does not exist stays as it is: MkDocs' strict mode tells of it."""

from __future__ import annotations

import os
import pathlib
import posixpath
import re
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"(\]\(<?|\]: <?)(?![a-z+]+:|#|/)([^)\s>#]+)")
PAGES = ("CHANGELOG.md", "ABI.md", "SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
"""Pages that the navigation names, whoever links to them."""


def name(outside: str) -> str:
    """Where a file of the tree stands in the book."""
    if outside.endswith(".md"):
        return f"tree/{outside}"
    return f"tree/{outside}.txt"


def resolved(page: str, link: str) -> str | None:
    """The file of the tree that a page, itself named as in the tree, links to; nothing where it is not a file, or one of docs/."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), link))
    if (ROOT / target).is_dir():
        target += "/README.md"
    if target.startswith(("docs/", "..")) or not (ROOT / target).is_file():
        return None
    return target


def in_tree(page: str) -> str:
    """A page of the book, named as in the tree."""
    return page.removeprefix("tree/") if page.startswith("tree/") else f"docs/{page}"


def in_book(path: str) -> str:
    """A file of the tree, named as in the book."""
    return path.removeprefix("docs/") if path.startswith("docs/") else name(path)


def on_files(files: Files, *, config: Any) -> Files:
    waiting = [f"docs/{file.src_uri}" for file in files.documentation_pages()] + list(PAGES)
    known = set(waiting)
    for path in PAGES:
        files.append(generated(config, path))
    while waiting:
        page = waiting.pop()
        for _, link in LINK.findall((ROOT / page).read_text()):
            target = resolved(page, link)
            if target is None or target in known:
                continue
            known.add(target)
            files.append(generated(config, target))
            if target.endswith(".md"):
                waiting.append(target)
    return files


def generated(config: Any, path: str) -> File:
    return File.generated(config, name(path), abs_src_path=str(ROOT / path))


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    own = page.file.src_uri
    here = in_tree(own)

    def link(match: re.Match[str]) -> str:
        target = resolved(here, match[2])
        if target is None and own.startswith("tree/"):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(here), match[2]))
            if not target.startswith("docs/"):
                return match[0]
        if target is None:
            return match[0]
        return match[1] + os.path.relpath(in_book(target), posixpath.dirname(own) or ".")

    return LINK.sub(link, markdown)
