"""What goes out: lines for people, lines for programs, and problems. Text of others passes the gate first."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable
from typing import Any

import click

from .. import Error
from .._webchat import visible

__all__ = ["NobodyReads", "json_line", "line", "one_line", "prepare", "problem", "quoted", "reason", "size", "visible"]

_HIDDEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON may hold as it is, and a terminal should not be given."""


def prepare() -> None:
    """Makes the streams of the process fit for pipes: line by line, and nothing that cannot be encoded is an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")


class NobodyReads(Exception):
    """Whoever read what is printed is gone."""


def line(text: str) -> None:
    """Prints a line, whose foreign parts have passed the gate. Raises :class:`NobodyReads`."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise NobodyReads from None


def problem(text: str) -> None:
    """Says on the error stream what was wrong."""
    try:
        click.echo(f"webchat: {text}", err=True)
    except OSError:
        pass


def one_line(text: str) -> str:
    """Text of others where one line is wanted."""
    return visible(text).replace("\n", "\\u{a}")


def quoted(text: str) -> str:
    """Something that was given, as it is named in an error."""
    shown = one_line(text)
    return f"'{shown if len(shown) <= 80 else shown[:79] + '…'}'"


def reason(error: BaseException) -> str:
    """What an exception says, in one line."""
    if isinstance(error, OSError) and not isinstance(error, Error) and error.strerror:
        return f"{error.strerror}: {quoted(str(error.filename))}" if error.filename is not None else error.strerror
    return one_line(str(error)) or type(error).__name__


def size(count: float) -> str:
    """A number of bytes as people read it."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def json_line(value: Any) -> str:
    """A value as one line of JSON, readable and without anything that a terminal would act on."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        import base64

        return base64.b64encode(value).decode()
    if isinstance(value, Iterable):
        return list(value)
    return str(value)
