"""The program ``webchat-simulator``, a Genesys chat server for a laptop.

``webchat-simulator --help`` explains it; ``webchat.testing.Simulator``, of the package ``libwebchat``, drives it from Python tests.
"""

from __future__ import annotations

import os
import sysconfig

__all__ = ["program"]


def program() -> str:
    """Returns the path of the program that this package has installed. Raises :class:`FileNotFoundError` where it is gone."""
    name = "webchat-simulator"
    looked = [os.path.join(folder, name) for folder in _folders()]
    for path in looked:
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(f"there is no {name}, neither {' nor '.join(looked)}: install libwebchat-simulator again")


def _folders() -> list[str]:
    """Where installers put programs: of the environment, of the user, and beside the package with ``pip install --target``."""
    user = sysconfig.get_path("scripts", f"{os.name}_user")
    target = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin")
    return list(dict.fromkeys([sysconfig.get_path("scripts"), user, target]))
