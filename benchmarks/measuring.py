"""Time work and its limit in turns, by the wall's clock and by processor time, and say so in JSON lines."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROC = Path("/proc")
Work = Callable[[], object]
Prepared = Callable[[], Work]  # makes ready what is not timed, and returns what is


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds; `cpu` is this process and the database's backends that work for it."""

    wall: float
    cpu: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)


def timed(work: Work) -> Spent:
    """Do the work and return what it took."""
    cpu, wall = _cpu(), time.perf_counter()
    work()
    return Spent(time.perf_counter() - wall, _cpu() - cpu)


def in_turns(works: Mapping[str, Prepared], *, repeat: int) -> dict[str, Spent]:
    """Time each work `repeat` times, one after the other in turns, so that what else the machine does falls
    on all of them alike; returns their medians."""
    taken: dict[str, list[Spent]] = {name: [] for name in works}
    for _ in range(repeat):
        for name, prepare in works.items():
            taken[name].append(timed(prepare()))
    return {name: median(times) for name, times in taken.items()}


def median(times: list[Spent]) -> Spent:
    return Spent(statistics.median(one.wall for one in times), statistics.median(one.cpu for one in times))


def row(
    phase: str, what: str, spent: Spent, *, n: int, peer: str = "facturier", **more: Any
) -> dict[str, Any]:
    """Return a figure as a JSON object: the work of `n` documents."""
    return {
        "phase": phase,
        "what": what,
        "peer": peer,
        "n": n,
        "wall_s": round(spent.wall, 4),
        "cpu_s": round(spent.cpu, 4),
        "per_s": round(n / spent.wall, 1),
        "per_cpu_s": round(n / spent.cpu, 1) if spent.cpu else None,
        **more,
    }


def beside(spent: Spent, limit: Spent, *, n: int, limit_n: int, target: float | None) -> dict[str, Any]:
    """Return the columns that set a figure beside its limit: 1.0 is as fast as the limit.

    It holds when processor time says so, which a busy machine blurs least; the wall's ratio stands beside it.
    """
    by_cpu = (limit.cpu / limit_n) / (spent.cpu / n)
    columns = {
        "limit_per_s": round(limit_n / limit.wall, 1),
        "limit_per_cpu_s": round(limit_n / limit.cpu, 1),
        "ratio": round((limit.wall / limit_n) / (spent.wall / n), 3),
        "ratio_cpu": round(by_cpu, 3),
    }
    if target is not None:
        columns |= {"target": target, "holds": by_cpu >= target}
    return columns


def emit(line: dict[str, Any]) -> None:
    """Print a figure for whoever reads JSON lines."""
    print(json.dumps(line), flush=True)


def rss_mib() -> float:
    """Return the memory that this process holds, in MiB; 0.0 where the system does not say."""
    try:
        pages = int((PROC / "self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def probes() -> dict[str, Any]:
    """Return how the machine is doing: a fixed piece of Python, a durable write of 8 kB, and its load."""
    return {
        "phase": "probe",
        "cpu_probe_ms": round(_cpu_probe(), 2),
        "fsync_p50_ms": round(_fsync_probe(), 3),
        "load": round(os.getloadavg()[0], 1),
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
    }


def _cpu_probe() -> float:
    def work() -> None:
        total = 0
        for k in range(300_000):
            total += k * k % 7

    return statistics.median(timed(work).wall for _ in range(3)) * 1000


def _fsync_probe(times: int = 40) -> float:
    taken = []
    with tempfile.NamedTemporaryFile(dir=os.environ["FACTURIER_DATA_DIR"]) as file:
        for k in range(times):
            start = time.perf_counter()
            os.pwrite(file.fileno(), b"x" * 8192, k * 8192)
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def _cpu() -> float:
    return time.process_time() + sum(map(_backend_cpu, _backends()))


def _backends() -> list[int]:
    """List the processes of PostgreSQL that work for this one."""
    from django.db import connections

    return [
        one.connection.info.backend_pid
        for one in connections.all(initialized_only=True)
        if one.vendor == "postgresql" and one.connection is not None
    ]


def _backend_cpu(pid: int) -> float:
    try:
        return int((PROC / str(pid) / "schedstat").read_text().split()[0]) / 1e9
    except OSError:  # another system than Linux: only this process is counted
        return 0.0
