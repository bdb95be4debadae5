"""The simulated Genesys server, as tests hold it in their hands: a process and its control API."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import Any


def find_program() -> Path:
    """The simulator's program: ``WEBCHAT_SIMULATOR``, or what cargo built."""
    named = os.environ.get("WEBCHAT_SIMULATOR")
    if named:
        return Path(named)
    root = Path(__file__).resolve().parents[2]
    targets = [Path(os.environ.get("CARGO_TARGET_DIR", root / "target")), root / "target"]
    for program in (target / profile / "webchat-simulator" for target in targets for profile in ("debug", "release")):
        if program.is_file():
            return program
    raise FileNotFoundError("no webchat-simulator: run 'cargo build -p webchat-simulator' or set WEBCHAT_SIMULATOR")


class Simulator:
    """A running simulator. Nobody joins its chats unless arguments or the test say so."""

    def __init__(self, *arguments: str) -> None:
        script = () if "--script" in arguments else ("--script", "none")
        command = [str(find_program()), "--port", "0", "--json", *script, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        urls = json.loads(self.process.stdout.readline())
        self.chat_url: str = urls["url"]
        self.control_url: str = urls["controlUrl"]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def config(self, **options: Any) -> dict[str, Any]:
        """A chat's configuration that polls as fast as is allowed."""
        return {"dataURL": self.chat_url, "pollRateMin": 250, "pollRateMax": 250, **options}

    def control(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.control_url}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def chat(self, path: str, chat: str = "latest", **body: Any) -> Any:
        """Lets the agent who joined last act in a chat: ``join``, ``say``, ``type``, ``leave`` and so on."""
        return self.control("POST", f"/chats/{chat}/{path}", body)

    def info(self, chat: str = "latest") -> Any:
        return self.control("GET", f"/chats/{chat}")

    def said(self, chat: str = "latest") -> list[str]:
        """The texts in the transcript that the server keeps."""
        return [entry["text"] for entry in self.control("GET", f"/chats/{chat}/transcript") if entry["type"] == "Message"]

    def fault(self, kind: str, **fault: Any) -> None:
        self.control("POST", "/faults", {"kind": kind, **fault})

    def requests(self, operation: str, count: int = 1) -> list[Any]:
        """Waits for this many requests, and returns all."""
        found: list[Any] = self.control("GET", f"/log?operation={operation}&count={count}&waitMs=20000")
        assert len(found) >= count, f"{len(found)} requests {operation}, not {count}"
        return found


class NexusSimulator(Simulator):
    """The same, speaking Nexus."""

    def __init__(self, *arguments: str) -> None:
        super().__init__("--api", "nexus-rest", *arguments)

    def config(self, *, asynchronous: bool = False, **options: Any) -> dict[str, Any]:
        """A chat's configuration that polls as fast as is allowed, with the smallest page of history."""
        transport = {
            "type": "pureengage-v3-rest",
            "dataURL": self.chat_url,
            "endpoint": "test",
            "headers": {"x-api-key": "test"},
            "pollTimeout": 100,
            "maxMessagePageSize": 16,
            "async": {"enabled": asynchronous},
        }
        return {"transport": transport, **options}
