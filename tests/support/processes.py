"""Processes that a test starts, kills and waits for: the code as in service, in its own Python.

    crew = Crew(fresh_database, "tests.invoices.test_numbers:finalise_all", folder=tmp_path)
    crew.run(8, kills=20, until=lambda: unfinished() == 0, organisation_id=lumen.pk)

A target is a function of a test module, called with the keywords given (what JSON can carry) once
Django is set up on the database.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.databases import Database
from tests.support.places import PROJECT


class ProcessFailed(AssertionError):
    """A process ended by an error of its own; the message holds what it wrote."""


def start(target: str, database: Database, *, log: Path, **arguments: Any) -> subprocess.Popen[str]:
    """Start `module:function` in a new process, its output going to the file `log`."""
    with log.open("a") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.processes", target, json.dumps(arguments)],
            cwd=PROJECT,
            env=database.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )


def run(target: str, database: Database, *, log: Path, seconds: float = 60, **arguments: Any) -> str:
    """Run `module:function` to its end and return what it wrote. Raises ProcessFailed."""
    process = start(target, database, log=log, **arguments)
    try:
        code = process.wait(seconds)
    finally:
        stop(process)
    if code:
        raise ProcessFailed(f"{target} ended with {code}:\n{log.read_text()}")
    return log.read_text()


def stop(process: subprocess.Popen[str]) -> None:
    """End a process at once, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


class Crew:
    """Several processes at the same work, some of them killed in the middle of it."""

    def __init__(self, database: Database, target: str, *, folder: Path, seed: int = 1) -> None:
        self._database = database
        self._target = target
        self._folder = folder
        self._random = random.Random(seed)
        self._started = 0
        self.killed = 0

    def run(
        self,
        size: int,
        *,
        kills: int = 0,
        every: tuple[float, float] = (0.05, 0.3),
        seconds: float = 180,
        until: Callable[[], bool] | None = None,
        **arguments: Any,
    ) -> None:
        """Keep `size` processes at work until all ended by themselves, or `until` is true.

        Meanwhile `kills` of them are killed with SIGKILL, one every so many seconds, and replaced.
        Each gets its place in `number`. Raises ProcessFailed for an error of theirs, TimeoutError
        after `seconds`.
        """
        end = time.monotonic() + seconds
        crew = [self._start(arguments) for _ in range(size)]
        try:
            while crew and not (until and until()):
                if time.monotonic() > end:
                    raise TimeoutError(f"{self._target} was not done in {seconds} s:\n{self._log()}")
                time.sleep(self._random.uniform(*every))
                crew = [process for process in crew if self._is_at_work(process)]
                if crew and self.killed < kills:
                    victim = self._random.randrange(len(crew))
                    if self._kill(crew[victim]):
                        crew[victim] = self._start(arguments)
        finally:
            for process in crew:
                stop(process)

    def _start(self, arguments: dict[str, Any]) -> subprocess.Popen[str]:
        self._started += 1
        return start(
            self._target,
            self._database,
            log=self._folder / "crew.log",
            number=self._started,
            **arguments,
        )

    def _kill(self, process: subprocess.Popen[str]) -> bool:
        process.send_signal(signal.SIGKILL)
        if process.wait() != -signal.SIGKILL:
            return False  # it was done just before
        self.killed += 1
        return True

    def _is_at_work(self, process: subprocess.Popen[str]) -> bool:
        code = process.poll()
        if code:
            raise ProcessFailed(f"{self._target} ended with {code}:\n{self._log()}")
        return code is None

    def _log(self) -> str:
        return (self._folder / "crew.log").read_text()[-4000:]


def _main(target: str, arguments: str) -> None:
    import django

    django.setup()
    module, function = target.split(":")
    getattr(__import__(module, fromlist=[function]), function)(**json.loads(arguments))


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    _main(sys.argv[1], sys.argv[2])
