"""Stands in for the commands of the book's samples for a shell: judge.py NAME ARGUMENTS... says whether they are right, without doing what takes
long or changes the machine. What needs neither is done."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def fail(why: str) -> None:
    sys.exit(f"{' '.join(sys.argv[1:])}: {why}")


def make(arguments: list[str]) -> None:
    subprocess.run(["/usr/bin/make", "--no-print-directory", "-n", "-C", str(ROOT), *arguments], check=True, stdout=subprocess.DEVNULL)


def sudo(arguments: list[str]) -> None:
    os.execvp(arguments[0], arguments)


def cargo(arguments: list[str]) -> None:
    if arguments[:2] == ["add", "--path"]:
        if not (ROOT / arguments[2].removeprefix("libwebchat/") / "Cargo.toml").is_file():
            fail("there is no such crate")
        return
    if arguments[:1] == ["add"]:
        return
    if arguments[:2] != ["run", "-p"] or arguments[2] not in (ROOT / "Cargo.toml").read_text() + "webchat-simulator":
        fail("not known")
    simulator(arguments[arguments.index("--") + 1 :])


def simulator(arguments: list[str]) -> None:
    """Begins, and ends at once because its standard input does."""
    program = os.environ["WEBCHAT_SIMULATOR"]
    words = [re.sub(r"^8080$", "0", word) for word in arguments]
    subprocess.run([program, *words, "--stop-at-eof"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=50)


def pip(arguments: list[str]) -> None:
    project = (ROOT / "bindings/python/pyproject.toml").read_text()
    for word in arguments[1:]:
        named = re.fullmatch(r"(?:libwebchat|[\w/.*-]+\.whl)(?:\[([\w,]+)\])?|pytest", word)
        if not named:
            fail(f"{word} is nothing that is installed")
        for extra in (named[1] or "").split(",") if named else ():
            if extra and not re.search(rf"^{extra} = \[", project, re.MULTILINE):
                fail(f"there is no {extra}")


def apt(arguments: list[str]) -> None:
    made = (ROOT / "tests/tools/dist").read_text()
    for word in arguments:
        package = re.search(r"([\w+-]+)_\*\.deb", word)
        if package and package[1] not in made:
            fail(f"{package[1]} is not made")


def webchat(arguments: list[str]) -> None:
    """Reads the arguments as the command does, and carries nothing out."""
    from webchat.cli.app import app

    with app.make_context("webchat", list(arguments)) as context:
        name, command, rest = app.resolve_command(context, [*context._protected_args, *context.args])
        if command is not None:
            command.make_context(name, rest, parent=context)
    if not sys.stdin.isatty():
        sys.stdin.read()


def pkg_config(arguments: list[str]) -> None:
    print("-lwebchat")


def curl(arguments: list[str]) -> None:
    if not re.search(r"//(?:localhost|127\.0\.0\.1)\b|\$", arguments[-1]):
        fail("not on this machine")


JUDGES = {
    "make": make,
    "sudo": sudo,
    "cargo": cargo,
    "webchat-simulator": simulator,
    "pip": pip,
    "apt": apt,
    "webchat": webchat,
    "pkg-config": pkg_config,
    "curl": curl,
}

if __name__ == "__main__":
    JUDGES[sys.argv[1]](sys.argv[2:])
