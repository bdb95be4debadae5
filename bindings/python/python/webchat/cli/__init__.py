"""The command ``webchat``, which comes with ``pip install 'libwebchat[cli]'``: docs/command-line.md."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command with the arguments of the process, and ends it."""
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("click", "rich", "prompt_toolkit"):
            raise
        sys.exit(f"webchat: the command needs {error.name}; install it with: pip install 'libwebchat[cli]'")
    run()
