"""The simulator that cargo has built, for webchat.testing, which looks for none in a source tree."""

from __future__ import annotations

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("WEBCHAT_SIMULATOR", str(pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"), "debug/webchat-simulator")))
