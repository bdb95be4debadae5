#!/usr/bin/env python3
"""Runs the demo programs against a simulated Genesys server and shows what each one saw.

Every program holds a chat with the simulated agent and prints one line for each event: milliseconds since its start, event, who and text,
separated by tabs. This script prints them as a table and fails when an expected event is missing or a program fails.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from back_ends import BACK_ENDS

EXPECTED = (
    "ready",
    "started",
    "clientConnected",
    "agentConnected",
    "agentTypingStarted",
    "messageReceived",
    "ended",
)
POLLING = ("pollingStarted", "pollingStopped")
SECONDS = 60


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulator", required=True, help="the webchat-simulator program")
    parser.add_argument(
        "--api", choices=BACK_ENDS, default=next(iter(BACK_ENDS)), help="the server's API (default: %(default)s)"
    )
    parser.add_argument(
        "program",
        nargs="+",
        metavar="NAME=COMMAND",
        help="a demo program; the configuration, as JSON, is added to its command as the last word",
    )
    parsed = parser.parse_args()
    for program in parsed.program:
        if "=" not in program:
            parser.error(f"{program!r} is not of the form NAME=COMMAND")
    return parsed


def start_simulator(command: str, api: str) -> tuple[subprocess.Popen[str], str]:
    simulator = subprocess.Popen(
        [command, "--api", api, "--port", "0", "--script", "demo", "--join-after", "400", "--typing", "400"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert simulator.stdout is not None
    first = simulator.stdout.readline()
    marker = "listening on "
    if not first.startswith(marker):
        simulator.kill()
        sys.exit(f"demo: {command} did not start: {first.strip() or 'it printed nothing'}")
    return simulator, first[len(marker) :].strip()


def table(output: str) -> list[tuple[str, str, str, str]]:
    rows = []
    for line in output.splitlines():
        cells = (line.split("\t") + [""] * 4)[:4]
        if cells[0].isdigit():
            rows.append((cells[0], cells[1], cells[2], cells[3]))
    return rows


def show(name: str, rows: list[tuple[str, str, str, str]]) -> None:
    print(f"\n== {name} ==")
    heads = ("ms", "event", "who", "text")
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(3)]
    for row in [heads, *rows]:
        print(f"{row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip())


def run(name: str, command: str, config: str, expected: tuple[str, ...]) -> list[str]:
    """Runs one program; returns what was wrong."""
    try:
        done = subprocess.run([*command.split(), config], stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return [f"{name}: not finished after {SECONDS} s"]
    rows = table(done.stdout)
    show(name, rows)
    seen = [row[1] for row in rows]
    problems = [f"{name}: the event {event} is missing" for event in expected if event not in seen]
    if done.returncode != 0:
        problems.append(f"{name}: ended with code {done.returncode}")
    return problems


def main() -> None:
    args = arguments()
    simulator, url = start_simulator(args.simulator, args.api)
    back_end = BACK_ENDS[args.api]
    config = json.dumps(back_end.config(url))
    expected = EXPECTED + POLLING if back_end.polls else EXPECTED
    try:
        problems = [
            problem for program in args.program for problem in run(*program.split("=", 1), config, expected)
        ]
    finally:
        simulator.terminate()
        simulator.wait()
    print()
    for problem in problems:
        print(f"demo: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"All {len(args.program)} programs held their chat over {args.api} and saw every expected event.")


if __name__ == "__main__":
    main()
