"""Every sample of the book is right: programs run, against a simulated server; parts of programs are compiled, or in Python run, within what they
take for granted; lines for a shell are judged word by word; JSON is a configuration. tests/tools/readme runs the README's programs."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import pathlib
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import samples
import webchat
import webchat.aio
from samples import ROOT, Sample
from webchat.testing import Simulator, find_simulator

BUILD = find_simulator().parent
FLAGS = [f"-I{ROOT / 'include'}", f"-I{ROOT / 'bindings/cpp/include'}", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
LINK = [f"-L{BUILD}", "-lwebchat", f"-Wl,-rpath,{BUILD}", "-pthread"]
COMPILERS = {"c": ["cc", "-std=c99", "-D_POSIX_C_SOURCE=200809L"], "cpp": ["c++", "-std=c++17"]}
KNOWN = {"c", "cpp", "python", "py", "rust", "sh", "json", "cmake", "text", "js", "toml"}
"""The languages of the book; of the last four nothing is promised but that they are shown."""


def each(found: list[Any]) -> Any:
    return pytest.mark.parametrize("sample", [pytest.param(it, id=str(it)) for it in found])


@pytest.fixture(scope="module")
def served() -> Iterator[Simulator]:
    """A contact centre whose agent answers at once."""
    with Simulator(script="demo", arguments=["--join-after", "0", "--typing", "0"]) as simulator:
        yield simulator


def with_address(sample: Sample, simulator: Simulator) -> str:
    code = samples.ADDRESS.sub(simulator.url(), sample.code)
    assert code != sample.code, f"{sample} names another address"
    return code


def succeeds(command: list[str], **how: Any) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=55, check=False, **how)
    assert done.returncode == 0, f"{shlex.join(command)}: exit status {done.returncode}\n{done.stdout}"
    return done.stdout


def test_every_language_is_known() -> None:
    assert {sample.language for sample in samples.all_samples()} <= KNOWN
    assert len(samples.of("c", "cpp", "python", "sh", "json")) > 20


@each([sample for sample in samples.of("c", "cpp") if sample.is_program and sample.page != "README.md"])
def test_programs_run(sample: Sample, served: Simulator, tmp_path: pathlib.Path) -> None:
    source = tmp_path / f"program.{sample.language}"
    source.write_text(with_address(sample, served))
    program = tmp_path / "program"
    succeeds([*COMPILERS[sample.language], *FLAGS, str(source), "-o", str(program), *LINK])
    assert "Goodbye!" in succeeds([str(program)])


@each(sorted({(sample.page, sample.language) for sample in samples.of("c", "cpp") if not sample.is_program}))
def test_parts_of_programs_compile(sample: tuple[str, str], tmp_path: pathlib.Path) -> None:
    page, language = sample
    source = tmp_path / f"parts.{language}"
    source.write_text(samples.unit(page, language))
    succeeds([*COMPILERS[language], *FLAGS, "-Wno-unused-function", "-fsyntax-only", str(source)])


@each(list({sample.code: sample for sample in samples.of("python") if sample.is_program}.values()))
def test_python_programs_run(sample: Sample, served: Simulator) -> None:
    assert len(succeeds([sys.executable, "-W", "error", "-c", with_address(sample, served)]).splitlines()) > 2


@each([sample for sample in samples.of("python") if not sample.is_program and "def test_" not in sample.code])
def test_parts_of_python_programs_run(
    sample: Sample, served: Simulator, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "invoice.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "downloads").mkdir()
    config = served.config()
    (tmp_path / "chat.json").write_text(json.dumps(config))
    logging.getLogger("webchat").handlers.clear()
    with webchat.Chat(config) as chat:
        if "start_chat(" not in sample.code:
            chat.start_chat(nickname="Jo")
            chat.wait_for("agentConnected", timeout=30)
        names = {"webchat": webchat, "chat": chat, "config": config, "asyncio": asyncio, "io": io, "json": json, "path": tmp_path / "kept"}
        code = compile(samples.ADDRESS.sub(served.url(), sample.code), str(sample), "exec", flags=0, dont_inherit=True)
        exec(code, names)


@each([sample for sample in samples.of("python") if "def test_" in sample.code])
def test_tests_pass(sample: Sample, tmp_path: pathlib.Path) -> None:
    for named in samples.of("python"):
        first = named.code.partition("\n")[0]
        if named.page == sample.page and first.startswith("# ") and first.endswith(".py"):
            (tmp_path / first[2:]).write_text(named.code)
    (tmp_path / "test_sample.py").write_text(sample.code)
    said = succeeds([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "test_sample.py"], cwd=tmp_path)
    assert " passed" in said


@each(samples.of("sh"))
def test_lines_for_a_shell_are_right(sample: Sample, tmp_path: pathlib.Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    from judge import JUDGES

    for name in JUDGES:
        (bin_ / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "tests/book/judge.py"))} {name} "$@"\n')
        (bin_ / name).chmod(0o755)
    for suffix in ("c", "cpp"):  # the programs themselves are tested above
        (home / f"hello.{suffix}").write_text("#include <webchat.h>\nint main(void) { return webchat_version() == 0; }\n")
    (home / "chat.json").write_text('{"dataURL": "http://127.0.0.1:1/genesys/2/chat/support"}')
    (home / "chat.jsonl").touch()
    (home / "report.pdf").write_bytes(b"%PDF-1.7")
    environment = {
        **os.environ,
        "PATH": f"{bin_}:/usr/bin:/bin",
        "HOME": str(home),
        "URL": "http://127.0.0.1:1/genesys/2/chat/support",
        "CPATH": f"{ROOT / 'include'}:{ROOT / 'bindings/cpp/include'}",
        "LIBRARY_PATH": str(BUILD),
        "WEBCHAT_SIMULATOR": str(find_simulator()),
    }
    # Where the samples write to exists on machines that need what they write.
    lines = sample.code.replace("~/", f"{home}/").replace("/var/lib/node_exporter/", f"{home}/")
    for folder in (".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"):
        (home / folder).mkdir(parents=True)
    succeeds(["bash", "-euc", lines], cwd=home, env=environment)


@each(samples.of("json"))
def test_json_is_a_configuration(
    sample: Sample, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    config = json.loads(sample.code)
    with caplog.at_level(logging.WARNING, "webchat"):
        webchat.Chat(config).close()
    assert [record.getMessage() for record in caplog.records if "key" in record.getMessage()] == []


def test_rust_samples_are_compiled_by_rustdoc() -> None:
    crate = (ROOT / "core/src/lib.rs").read_text()
    assert {sample.page for sample in samples.of("rust") if f'include_str!("../../{sample.page}")' not in crate} == set()
