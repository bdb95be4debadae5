"""Prefilters, and Python's patterns as JavaScript's."""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Iterable

import pytest
import webchat
from conftest import Face
from webchat.testing import Simulator
from webchat import _pattern, _webchat

# fmt: off
TEXTS = [
    "", "\n", "a", "A", "ab", "aab", "abab", "a\n", "a\nb", "a\r", "a\u2028b", "\na", "b a", "a-b", "a_b", "[a]", "]", "{2}", "a{2}",
    "1", "12", "1234", "12345", "٣", "٣٤٥٦", "²", "Ⅷ", "x1", "é", "É", "ß", "ẞ", "ss", "SS", "ı", "İ", "i", "I", "ſ", "s", "K", "k", "Å",
    "å", "\t", "\x0b", "\x1c", "\x85", "\xa0", "\u2003", "\ufeff", "😀", "a😀b", "😀😀", "\u0345", "ι", "Σσς", "ǅ", "ǆ", "Ǆ", "µ", "μ",
    "\b", "\x00", "card 4111 1111 1111 1111", "secret: x", "SECRET", "a.b", "a^b", "a$", "$", "/", "\\", "#", "-", "&&", "a|b", "(a)",
    "abc\n\n",
]
PATTERNS = [
    "", "a", "^a", "a$", "^a$", r"\Aa", r"a\Z", ".", "..", "a.b", "^.$", "a*", "a+?b", "a{2}", "a{,2}b", "a{1,}", "a{1,2}?b", "a{2",
    "a{}", "a{,}", "(ab)+", "(?:ab)+", "(?P<x>a)b", "a|b", "(a|b)*$", "(?=a)", "(?!a).", "(?<=a)b", "(?<!a)b", "(?#note)a",
    "a(?#note)+b", "(?i)secret", r"\d", r"\d{4}", r"\D", r"^\D+$", r"\w", r"^\w+$", r"\W", r"\s", r"^\S+$", r"\b", r"\B", r"\ba\b",
    r"a\B", r"\d{4} \d{4}", "[a]", "[^a]", "[a-c]+$", "[]]", "[^]]", "[a-]", "[-a]", r"[\d]", r"[^\d]", r"[\D]", r"[\S]", r"[^\S]",
    r"[\w-]", r"[^\w]", r"[\s.]", r"[\]]", r"[\b]", "[&&]", r"[\Da]", r"[^\D]", r"[-\S]", r"\x41", r"\u00e9", r"\U0001F600",
    r"\N{GRINNING FACE}", r"\0", r"\101", r"\n", r"\t", r"\-", r"\.", r"\ ", r"\/", "/", "é", "😀", "[😀é]", "i", "s", "k", "ß", "[a-z]",
    "[^a-z]", "[h-j]", "[é-ï]", "σ", "ς", "ǆ", "µ", "å", "ſ", "\u0345", "[\u0345]", "K", "ı",
]
# fmt: on
FLAGS = [0, re.I, re.M, re.S, re.A, re.I | re.A, re.M | re.S]


def check(pattern: re.Pattern[str], texts: Iterable[str]) -> None:
    texts = list(texts)
    translated = _pattern.translate(pattern)
    for text, hidden in zip(texts, _webchat.hidden(**translated, texts=texts)):
        assert hidden == bool(pattern.search(text)), (pattern, translated, text)


@pytest.mark.filterwarnings("ignore:Possible")
@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("source", PATTERNS)
def test_a_translated_pattern_finds_what_search_finds(source: str, flags: int) -> None:
    pattern = re.compile(source, flags)
    check(pattern, TEXTS)


def test_random_patterns_find_what_search_finds() -> None:
    chance = random.Random(1)
    atoms = [
        "a",
        "b",
        "A",
        "[ab]",
        "[^a]",
        r"\d",
        r"\w",
        r"\b",
        ".",
        "^",
        "$",
        "(?:a|b)",
        "(a)",
        "é",
        " ",
        r"\n",
        "(?=b)",
        "(?<!a)",
    ]
    checked = 0
    for _ in range(400):
        source = "".join(
            chance.choice(atoms) + chance.choice(["", "", "", "*", "+", "?", "|", "{2}"]) for _ in range(chance.randint(1, 5))
        )
        try:
            pattern = re.compile(source, chance.choice(FLAGS))
            check(pattern, ("".join(chance.choice("abAé1_ \n.") for _ in range(chance.randint(0, 6))) for _ in range(30)))
            checked += 1
        except (re.error, webchat.InvalidArgumentError):
            pass  # Python itself refuses it, or a repeated assertion, which JavaScript does
    assert checked > 200


@pytest.mark.parametrize("source", [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"[\w]", r"[^\w]", r"[\s]"])
def test_categories_agree_on_every_character(source: str) -> None:
    # The two sides know the characters of different editions of Unicode.
    ours = [chr(code) for code in range(0, 0x20000, 7) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")]
    known = [each for each, is_theirs in zip(ours, _webchat.hidden(r"\P{Cn}", "u", ours)) if is_theirs]
    assert len(known) > 0.9 * len(ours)
    check(re.compile(source), known)


@pytest.mark.parametrize("flags", [re.I, re.I | re.A])
def test_letters_agree_regardless_of_case(flags: int) -> None:
    for letter in "aikszåéßιςσµǆıſ":
        check(re.compile(letter, flags), _pattern._cased())


@pytest.mark.parametrize(
    "source",
    [r"(a)\1", "(?P<x>a)(?P=x)", "(a)?(?(1)b|c)", "(?i:a)", r"[\Wa]", *(["a++", "(?>a)"] if sys.version_info >= (3, 11) else [])],
)
def test_what_has_no_equal_is_refused(source: str) -> None:
    with pytest.raises(webchat.InvalidArgumentError, match="no equal in JavaScript"):
        _pattern.translate(re.compile(source))


def test_patterns_of_other_kinds_are_refused() -> None:
    with pytest.raises(webchat.InvalidArgumentError, match="VERBOSE"):
        _pattern.translate(re.compile("a b", re.VERBOSE))
    with pytest.raises(webchat.InvalidArgumentError, match="bytes"):
        _pattern.translate(re.compile(b"a"))  # type: ignore[arg-type]


async def test_prefilters_hide_messages(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        filters = await face(chat.add_prefilter([re.compile(r"\d{4}"), "/secret/i", {"source": "pin", "flags": ""}]))
        assert filters == [
            {"source": r"[\p{Nd}]{4}", "flags": "u"},
            {"source": "secret", "flags": "i"},
            {"source": "pin", "flags": ""},
        ]
        for text in ("code 1234", "my SECRET", "pin", "shown"):
            await face(chat.send_message(text))
        await face.until_text(chat, "shown")
        texts = [message.text for message in await face(chat.get_transcript())]
        assert texts == [None, "shown"]
        assert simulator.chat().texts() == ["code 1234", "my SECRET", "pin", "shown"]


async def test_a_filtered_message_is_sent_and_hidden(face: Face, simulator: Simulator) -> None:
    async with face.started(simulator) as chat:
        assert await face(chat.send_filtered_message("token abc", re.compile("^token"))) is None
        await face(chat.send_message("shown"))
        await face.until_text(chat, "shown")
        assert simulator.chat().texts() == ["token abc", "shown"]
        assert [m.text for m in await face(chat.get_transcript())] == [None, "shown"]


@pytest.mark.parametrize("filters", [[], None, "no slashes", 3, "/(/", [None], {"flags": "i"}])
async def test_bad_prefilters_are_refused(face: Face, simulator: Simulator, filters: object) -> None:
    async with face.open(simulator.config()) as chat:
        with pytest.raises(webchat.InvalidArgumentError, match="Missing or invalid filters provided"):
            await face(chat.add_prefilter(filters))
