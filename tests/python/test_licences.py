"""Licences and notices come with everything that is shipped."""

from __future__ import annotations

import importlib.metadata
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.txt"}


def test_the_wheel_has_them() -> None:
    here = {file.name: file for file in importlib.metadata.files("libwebchat") or [] if file.name in FILES}
    assert here.keys() == FILES
    for name, file in here.items():
        assert file.read_text() == (ROOT / name).read_text()


def test_an_installation_has_them(tmp_path: pathlib.Path) -> None:
    build = pathlib.Path(os.environ["WEBCHAT_SIMULATOR"]).parent
    if not (build / "libwebchat.a").exists():
        pytest.skip("the libraries are not built")
    subprocess.run([ROOT / "tests/tools/install", build, tmp_path, "/usr"], check=True)
    installed = tmp_path / "share/doc/libwebchat"
    assert {file.name for file in installed.iterdir()} == FILES
    assert (installed / "THIRD-PARTY.txt").read_text() == (ROOT / "THIRD-PARTY.txt").read_text()


def test_the_simulator_that_tests_install_is_of_the_same_version() -> None:
    wanted = importlib.metadata.requires("libwebchat") or []
    version = importlib.metadata.version("libwebchat")
    assert any(need.split(";")[0].strip() == f"libwebchat-simulator=={version}" for need in wanted), wanted


def test_the_notices_name_what_the_library_is_made_of() -> None:
    notices = (ROOT / "THIRD-PARTY.txt").read_text()
    for crate in ["reqwest", "ring", "rustls", "tokio", "pyo3"]:
        assert f"\n{crate} " in notices
    assert "The Rust Project Contributors" in notices
