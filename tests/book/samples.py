"""The samples of the book: fenced blocks of code, and how they are brought to a compiler."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):8080/genesys/2/chat/support")
FENCE = re.compile(r"^( *)```(\w[\w,]*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("docs/protocol", "docs/reference")
"""Tables and facts, without samples."""


@dataclass(frozen=True)
class Sample:
    page: str
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_program(self) -> bool:
        """Whether it is a whole program, which is run, or part of one."""
        if self.language == "python":
            return ADDRESS.search(self.code) is not None
        return re.search(r"\bmain\(", self.code) is not None


def all_samples() -> Iterator[Sample]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for path in pages:
        page = path.relative_to(ROOT).as_posix()
        if page.startswith(ELSEWHERE):
            continue
        text = path.read_text()
        for block in FENCE.finditer(text):
            indent, language, code = block.groups()
            code = "".join(line.removeprefix(indent) for line in code.splitlines(keepends=True))
            yield Sample(page, text.count("\n", 0, block.start()) + 1, language.partition(",")[0], code)


def of(*languages: str) -> list[Sample]:
    return [sample for sample in all_samples() if sample.language in languages]


HEADS = {
    "c": """#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <webchat.h>
""",
    "cpp": """#include <chrono>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <webchat.hpp>
using namespace std::chrono_literals;
""",
}
"""What programs begin with that samples are part of."""

AROUND = {
    "c": "void part_{line}(webchat_service *service, webchat_event *event, const webchat_outcome *outcome, const char *config);\n"
    "void part_{line}(webchat_service *service, webchat_event *event, const webchat_outcome *outcome, const char *config) {{\n"
    "    (void)service; (void)event; (void)outcome; (void)config;\n",
    "cpp": "void part(webchat::Chat& chat, const std::string& config) {{\n    static_cast<void>(chat); static_cast<void>(config);\n",
}
"""The function that statements stand in, with what they take for granted."""

OF_FILE = re.compile(r"static\b|class\b|template\b|typedef\b|using\b|#include|struct \w+ \{")
"""How a paragraph begins that belongs outside of functions."""


def unit(page: str, language: str) -> str:
    """All parts of programs that a page has, as one source."""
    text = HEADS[language]
    for sample in of(language):
        if sample.page != page or sample.is_program:
            continue
        paragraphs: list[str] = []
        for paragraph in sample.code.split("\n\n"):  # an indented one goes on with the one before
            if paragraphs and paragraph.startswith(" "):
                paragraphs[-1] += "\n\n" + paragraph
            else:
                paragraphs.append(paragraph)
        outside = "\n".join(paragraph for paragraph in paragraphs if OF_FILE.match(paragraph))
        inside = "\n".join(paragraph for paragraph in paragraphs if not OF_FILE.match(paragraph))
        body = f'#line {sample.line} "{page}"\n{outside}\n{AROUND[language].format(line=sample.line)}{inside}\n}}\n'
        text += f"namespace at_{sample.line} {{\n{body}}}\n" if language == "cpp" else body
    return text
