"""Python's regular expressions as JavaScript's, which prefilters are.

The same pattern often means different things in the two: ``$`` also matches before a final line end in Python, ``\\d`` is any decimal
digit. So every construct is written anew as what it means, for JavaScript's flag ``u``; what has no equal is an error. The result
matches where ``Pattern.search`` does, as far as the two sides know the same characters.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NoReturn

from .errors import InvalidArgumentError

_GROUPS = ("(?:", "(?=", "(?!", "(?<=", "(?<!")
_ASCII_SPACES = "\t\n\x0b\x0c\r "
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}


def translate(pattern: re.Pattern[str]) -> dict[str, str]:
    """``{"source", "flags"}`` of the JavaScript expression that matches what ``pattern`` matches."""
    if not isinstance(pattern.pattern, str):
        raise InvalidArgumentError("a prefilter has to be a pattern of text, not of bytes")
    return {"source": _Translation(pattern).run(), "flags": "u"}


class _Translation:
    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.text = pattern.pattern
        self.at = 0
        self.multiline = bool(pattern.flags & re.MULTILINE)
        self.dotall = bool(pattern.flags & re.DOTALL)
        self.ascii = bool(pattern.flags & re.ASCII)
        self.ignorecase = bool(pattern.flags & re.IGNORECASE)
        if pattern.flags & re.VERBOSE:
            self.refuse("the flag VERBOSE")

    def refuse(self, what: str) -> NoReturn:
        advice = "write the prefilter as '/source/flags'"
        raise InvalidArgumentError(f"{what} in a pattern of Python's has no equal in JavaScript; {advice}")

    def run(self) -> str:
        out: list[str] = []
        while self.at < len(self.text):
            out.append(self.item())
        return "".join(out) or "(?:)"

    def take(self, prefix: str) -> bool:
        if self.text.startswith(prefix, self.at):
            self.at += len(prefix)
            return True
        return False

    def match(self, expression: str) -> re.Match[str] | None:
        found = re.compile(expression).match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def item(self) -> str:
        character = self.text[self.at]
        if character == "(":
            return self.group()
        if character == "[":
            return self.char_class()
        if character == "\\":
            return self.escape()
        repeat = self.match(r"(?:([*+?])|\{(\d+)\}|\{(\d*),(\d*)\})([+?]?)")
        if repeat:
            return self.repetition(repeat)
        self.at += 1
        if character in "|)":
            return character
        if character == ".":
            return "[^]" if self.dotall else r"[^\n]"
        if character == "^":
            return r"(?<![^\n])" if self.multiline else "^"
        if character == "$":
            return r"(?![^\n])" if self.multiline else r"(?=\n?$)"
        return self.literal(character)

    def repetition(self, repeat: re.Match[str]) -> str:
        sign, exact, low, high, mode = repeat.groups()
        if mode == "+":
            self.refuse("a possessive repetition")
        if sign is not None:
            return sign + mode
        return "{{{}}}{}".format(exact if exact is not None else f"{low or 0},{high}", mode)

    def group(self) -> str:
        for start in _GROUPS:
            if self.take(start):
                return start
        if self.match(r"\(\?#[^)]*\)"):
            return ""
        if self.match(r"\(\?[aiLmsux]+\)"):
            return ""  # it is among the pattern's flags
        name = self.match(r"\(\?P<(\w+)>")
        if name:
            return f"(?<{name.group(1)}>"
        if self.take("(?"):
            self.refuse("a group that begins with '(?" + self.text[self.at : self.at + 1] + "'")
        self.at += 1
        return "("

    def escape(self) -> str:
        letter = self.text[self.at + 1]
        if letter in "dDsSwW":
            self.at += 2
            return _category(letter, self.ascii)
        if letter in "bB":
            self.at += 2
            return self.boundary(letter == "B")
        if letter == "A":
            self.at += 2
            return "^"
        if letter in "Zz":
            self.at += 2
            return "$"
        if letter in "123456789" and not re.compile(r"\\[0-3][0-7][0-7]").match(self.text, self.at):
            self.refuse("a back-reference")
        return self.literal(self.code_point())

    def boundary(self, negated: bool) -> str:
        word = _category("w", self.ascii)
        if negated:
            # Before Python 3.14 it does not match in an empty text.
            inside = f"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))"
            return inside if sys.version_info >= (3, 14) else f"(?!(?<![^])(?![^])){inside}"
        return f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"

    def code_point(self) -> str:
        """Reads an escaped character."""
        self.at += 1
        letter = self.text[self.at]
        self.at += 1
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in _HEX_DIGITS:
            digits = self.text[self.at : self.at + _HEX_DIGITS[letter]]
            self.at += len(digits)
            return chr(int(digits, 16))
        if letter == "N":
            name = self.match(r"\{([^}]+)\}")
            return unicodedata.lookup(name.group(1) if name else "")
        if letter in "01234567":
            self.at -= 1
            octal = self.match(r"[0-7]{1,3}")
            return chr(int(octal.group(0), 8) if octal else 0)
        return letter

    def literal(self, character: str) -> str:
        others = self.others(_in_class(character))
        return f"[{_written(character)}{others}]" if others else _written(character)

    def char_class(self) -> str:
        self.at += 1
        start = "[^" if self.take("^") else "["
        out, members, first = "", "", True
        while first or self.text[self.at] != "]":
            first = False
            shown, member = self.member()
            if self.text[self.at] == "-" and self.text[self.at + 1] != "]":
                self.at += 1
                last_shown, last = self.member()
                shown, member = f"{shown}-{last_shown}", f"{member}-{last}"
            out += shown
            members += member
        self.at += 1
        return start + out + self.others(members) + "]"

    def member(self) -> tuple[str, str]:
        """A character or a category in a class: as JavaScript spells it, and as Python does."""
        character = self.text[self.at]
        if character != "\\":
            self.at += 1
            return _written(character), _in_class(character)
        letter = self.text[self.at + 1]
        if letter in "dDsSwW":
            self.at += 2
            return self.category_member(letter), "\\" + letter
        if letter == "b":
            self.at += 2
            return _written("\b"), _in_class("\b")
        character = self.code_point()
        return _written(character), _in_class(character)

    def category_member(self, letter: str) -> str:
        if letter.islower():
            return _members(letter, self.ascii)
        if letter == "S":
            return _all_but(_ASCII_SPACES if self.ascii else _spaces())
        if self.ascii:
            return "\\" + letter
        if letter == "W":
            self.refuse("'\\W' inside a class")
        return r"\P{Nd}"

    def others(self, members: str) -> str:
        """What a class also matches regardless of case, as JavaScript spells it. Its own flag ``i`` knows other pairs."""
        if not self.ignorecase:
            return ""
        flags = re.ASCII if self.ascii else re.UNICODE
        strict = frozenset(re.findall(f"[{members}]", _cased(), flags))
        found = re.findall(f"[{members}]", _cased(), flags | re.IGNORECASE)
        return "".join(_written(character) for character in found if character not in strict)


def _members(letter: str, ascii_only: bool) -> str:
    """The category ``\\d``, ``\\s`` or ``\\w`` as members of a class with flag ``u``."""
    if letter == "d":
        return "0-9" if ascii_only else r"\p{Nd}"
    if letter == "w":
        return "0-9A-Z_a-z" if ascii_only else r"\p{L}\p{N}_"
    return "".join(map(_written, _ASCII_SPACES if ascii_only else _spaces()))


def _category(letter: str, ascii_only: bool) -> str:
    """A category outside of a class."""
    return ("[" if letter.islower() else "[^") + _members(letter.lower(), ascii_only) + "]"


def _all_but(characters: str) -> str:
    """All characters but these, as members of a class."""
    ranges, begin = "", 0
    for code in [*map(ord, characters), sys.maxunicode + 1]:
        if begin < code:
            ranges += "\\u{%x}-\\u{%x}" % (begin, code - 1)
        begin = code + 1
    return ranges


def _characters() -> Iterator[str]:
    return (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF)


@cache
def _spaces() -> str:
    return "".join(filter(str.isspace, _characters()))


@cache
def _cased() -> str:
    """The characters that a match regardless of case can find in place of others."""
    return "".join(c for c in _characters() if c.lower() != c or c.upper() != c or c.casefold() != c)


def _in_class(character: str) -> str:
    """One character as a member of a class of Python's."""
    return f"\\U{ord(character):08x}"


def _written(character: str) -> str:
    """One character, to stand inside or outside of a class."""
    if character.isascii() and (character.isalnum() or character in " _"):
        return character
    return f"\\u{{{ord(character):x}}}"
