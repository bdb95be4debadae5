"""For tests of programs that chat."""

from __future__ import annotations

from ._program import SimulatorError, SimulatorNotFoundError, find_simulator

__all__ = ["SimulatorError", "SimulatorNotFoundError", "find_simulator"]
