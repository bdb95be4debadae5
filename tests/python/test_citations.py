"""tests/tools/citations finds what leads nowhere."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = """\
# A wire
## 1. Basics
### 1.1 Headers
| Header | When |
| --- | --- |
| `apikey` | always |
## 2. Commands
### startChat, endChat
* **Slow servers** (**Decision**): they take their time.
* `refresh` asks.
"""


def checked(folder: pathlib.Path, comment: str) -> str:
    """What is said of a source file with this comment."""
    (folder / "docs/protocol").mkdir(parents=True, exist_ok=True)
    (folder / "docs/protocol/wire-v1.md").write_text(DOCUMENT)
    (folder / "core/src").mkdir(parents=True, exist_ok=True)
    (folder / "core/src/lib.rs").write_text(f"//! The first line.\n{comment}\n")
    done = subprocess.run([ROOT / "tests/tools/citations", folder], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr


@pytest.mark.parametrize(
    "comment",
    [
        "//! It stands there (wire-v1.md, 1.1).",
        "//! It stands there (wire-v1.md, 1, 1.1 and 2; wire-v1.md, 1 to 2), in 3 places.",
        "//! It stands there (wire-v1.md, 1.1 (apikey) and 2 (startChat, endChat)).",
        "//! It stands there (wire-v1.md, 2 (Slow servers); wire-v1.md, 2 (refresh)).",
        "//! The header (wire-v1.md,\n//! 1.1), and another's (RFC 9110,\n//! section 7.8; Bayeux 1.0, sections 3 to 5).",
        "//! README.md has it, and [the wire](docs/protocol/wire-v1.md).",
    ],
)
def test_what_is_there_is_found(tmp_path: pathlib.Path, comment: str) -> None:
    assert checked(tmp_path, comment) == ""


@pytest.mark.parametrize(
    ("comment", "line", "said"),
    [
        ("//! Nowhere (wire-v1.md, 1.2).", 2, "no section 1.2"),
        ("//! Nowhere (wire-v1.md, 1, 1.1\n//! and 3).", 2, "no section 3"),
        ("//! Nowhere (wire-v1.md, 2 (restore)).", 2, "nothing in 2 is named restore"),
        ("//! Nowhere (wire-v1.md, 1.1 (startChat)).", 2, "nothing in 1.1 is named startChat"),
        ("//!\n//! Nowhere (wire-v2.md, 1).", 3, "wire-v2.md: no such document"),
        ("//!\n//!\n//! Whose? (section 1.1)", 4, "section 1.1: of which document?"),
        ("//! As the behaviour\n//! reference has it.", 2, "behaviour reference: cite as"),
        ("//! As gms-v2 has it.", 2, "gms-v2: cite as"),
    ],
)
def test_what_is_not_is_told_by_file_and_line(tmp_path: pathlib.Path, comment: str, line: int, said: str) -> None:
    told = checked(tmp_path, comment)
    assert told.startswith(f"core/src/lib.rs:{line}: ") and said in told


def test_documents_are_read_as_well(tmp_path: pathlib.Path) -> None:
    checked(tmp_path, "")
    (tmp_path / "docs/protocol/other.md").write_text("## 1. One\nSee section 1, and section 2.\n")
    (tmp_path / "README.md").write_text("wire-v1.md, 7 has it\n")
    said = checked(tmp_path, "").splitlines()
    assert said == ["README.md:1: wire-v1.md, 7: no section 7", "docs/protocol/other.md:2: section 2: no such section"]
