"""Samples that follow each other, each under its language in bold type, become tabs in the book; elsewhere they are read one by one."""

from __future__ import annotations

import re
from typing import Any

SAMPLE = r"\*\*[^*\n]+\*\*\n\n```\w+\n(?:.*\n)*?```\n"
RUN = re.compile(rf"^{SAMPLE}(?:\n{SAMPLE})+", re.MULTILINE)
ONE = re.compile(r"\*\*([^*\n]+)\*\*\n\n(```\w+\n(?:.*\n)*?```\n)")


def tab(sample: re.Match[str]) -> str:
    lines = [f"    {line}" if line.strip() else line for line in sample[2].splitlines(keepends=True)]
    return f'=== "{sample[1]}"\n\n{"".join(lines)}'


def on_page_markdown(markdown: str, **_: Any) -> str:
    return RUN.sub(lambda run: ONE.sub(tab, run[0]), markdown)
