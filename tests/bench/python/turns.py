"""Contenders take turns in short rounds, as in the figures of the other languages; what is compared is the median over the rounds."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median

Contender = tuple[str, Callable[[int], Awaitable[None]]]
"""A name, and what does it a number of times."""


Took = tuple[float, float]
"""Of one repetition, in seconds: the time by the clock, and of that on a processor, of all threads of this process together."""


async def take_turns(contenders: list[Contender], rounds: int, times: int) -> list[Took]:
    """The medians for each, after one round to warm up."""
    took: list[list[Took]] = [[] for _ in contenders]
    for round in range(rounds + 1):
        for (_, run), mine in zip(contenders, took):
            begin, working = time.perf_counter(), time.process_time()
            await run(times)
            if round > 0:
                mine.append(((time.perf_counter() - begin) / times, (time.process_time() - working) / times))
    return [(median(clock for clock, _ in mine), median(work for _, work in mine)) for mine in took]


def report(title: str, unit: str, contenders: list[Contender], medians: list[Took]) -> None:
    """Each contender's time, and how it relates to that of the second, the peer; beside it the time on a processor."""
    print(f"\n{title}")
    for (name, _), (clock, work) in zip(contenders, medians):
        of_peer, of_work = clock / medians[1][0], work / medians[1][1]
        print(f"  {name:<34} {clock * 1e6:>9.1f} µs {unit}   {of_peer:>6.2f} x   processor {work * 1e6:>9.1f} µs   {of_work:>6.2f} x")
