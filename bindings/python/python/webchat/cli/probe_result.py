"""What a probe has found, and its forms: for monitoring plug-ins, for people, as JSON, for Prometheus."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Optional

from . import output

OK, WARNING, CRITICAL, UNKNOWN = range(4)
"""The exit codes of monitoring plug-ins."""
STATUSES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
TOTAL = "total"
"""The name of all steps together, in thresholds."""


@dataclass
class Step:
    """A step of the chat, and how long it took."""

    name: str
    seconds: float
    error: Optional[str] = None


@dataclass
class Result:
    """What a probe has found."""

    server: str
    warning: dict[str, float]
    critical: dict[str, float]
    steps: list[Step] = field(default_factory=list)
    unknown: Optional[str] = None
    """Why nothing can be said of the server."""

    @property
    def seconds(self) -> float:
        """How long all steps took together, the end left out where it was given besides."""
        return sum(step.seconds for step in self.steps)

    def status(self) -> tuple[int, str]:
        """The exit code, and a sentence."""
        if self.unknown is not None:
            return UNKNOWN, self.unknown
        for step in self.steps:
            if step.error is not None:
                return CRITICAL, f"{step.name} failed after {step.seconds:.3f} s: {step.error}"
        for code, thresholds in ((CRITICAL, self.critical), (WARNING, self.warning)):
            for name, seconds in self._times().items():
                if name in thresholds and seconds > thresholds[name]:
                    return code, f"{name} took {seconds:.3f} s, more than {thresholds[name]:g} s"
        return OK, f"a chat of {len(self.steps)} steps in {self.seconds:.3f} s"

    def _times(self) -> dict[str, float]:
        return {TOTAL: self.seconds, **{step.name: step.seconds for step in self.steps}}

    def line(self) -> str:
        """The line of a monitoring plug-in, with performance data behind the bar."""
        code, sentence = self.status()
        limits = [(name, seconds, self.warning.get(name), self.critical.get(name)) for name, seconds in self._times().items()]
        data = " ".join(f"{name}={seconds:.3f}s;{_limit(warning)};{_limit(critical)};0" for name, seconds, warning, critical in limits)
        # The bar has a meaning of its own.
        return f"WEBCHAT {STATUSES[code]} - {sentence.replace('|', '/')} | {data}"

    def json(self) -> str:
        """A line of JSON."""
        code, sentence = self.status()
        steps: list[dict[str, Any]] = [
            {"name": step.name, "seconds": round(step.seconds, 6), "ok": step.error is None, "error": step.error} for step in self.steps
        ]
        return output.json_line(
            {
                "time": int(time.time() * 1000),
                "server": self.server,
                "status": STATUSES[code],
                "code": code,
                "message": sentence,
                "seconds": round(self.seconds, 6),
                "steps": steps,
            }
        )

    def prometheus(self) -> str:
        """Metrics in the text format of Prometheus."""
        code, _ = self.status()
        lines = [
            "# HELP webchat_probe_success Whether the chat went through its steps in time (1) or not (0).",
            "# TYPE webchat_probe_success gauge",
            f"webchat_probe_success {int(code in (OK, WARNING))}",
            "# HELP webchat_probe_status 0 OK, 1 warning, 2 critical, 3 unknown.",
            "# TYPE webchat_probe_status gauge",
            f"webchat_probe_status {code}",
            "# HELP webchat_probe_duration_seconds How long all steps took together.",
            "# TYPE webchat_probe_duration_seconds gauge",
            f"webchat_probe_duration_seconds {self.seconds:.6f}",
            "# HELP webchat_probe_step_duration_seconds How long a step took.",
            "# TYPE webchat_probe_step_duration_seconds gauge",
            *(f'webchat_probe_step_duration_seconds{{step="{step.name}"}} {step.seconds:.6f}' for step in self.steps),
            "# HELP webchat_probe_step_success Whether a step was done (1) or failed (0).",
            "# TYPE webchat_probe_step_success gauge",
            *(f'webchat_probe_step_success{{step="{step.name}"}} {int(step.error is None)}' for step in self.steps),
        ]
        return "\n".join(lines)

    def show(self) -> None:
        """A table with a bar for each step, for a person."""
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        code, sentence = self.status()
        color = ("green", "yellow", "red", "magenta")[code]
        console = Console(highlight=False)
        longest = max([step.seconds for step in self.steps], default=0.0) or 1.0
        table = Table("Step", "Seconds", "", box=None, header_style="bold", pad_edge=False, title_justify="left")
        for step in self.steps:
            bar = Text("█" * max(1, round(30 * step.seconds / longest)), style="green" if step.error is None else "red")
            table.add_row(Text(step.name), Text(f"{step.seconds:.3f}", justify="right"), bar)
        table.add_row(Text(TOTAL, style="bold"), Text(f"{self.seconds:.3f}", style="bold", justify="right"), Text(""))
        console.print(Text(output.one_line(self.server), style="dim"))
        console.print(table)
        console.print(Text(f"{STATUSES[code]}: ", style=f"bold {color}") + Text(sentence), soft_wrap=True)


def _limit(seconds: Optional[float]) -> str:
    return "" if seconds is None else f"{seconds:g}"
