"""Where the files of bundles lie: written under one name, complete under another, gone after a day.

`12-7.part` is being written for bundle 7 of organisation 12 by the worker that holds its lock; `12-7.json`
beside it says where the next turn goes on. Only what is complete gets the name that is downloaded, which
holds the attempt: a worker that was taken for dead cannot put its file in the place of another's.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from facturier.delivery.models import KEPT_FOR, Bundle


class Busy(RuntimeError):
    """Another worker still holds the file: one that was slow, not dead."""


def path_of(bundle: Bundle) -> Path:
    """Return where the complete file of a bundle is, or was."""
    return _folder() / f"{bundle.organisation_id}-{bundle.pk}-{bundle.attempts}.{bundle.form}"


class Part:
    """The file that is being written for a bundle."""

    def __init__(self, bundle: Bundle, file: BinaryIO, path: Path, state: dict[str, Any] | None) -> None:
        self.file = file
        self.done: int = state["done"] if state else 0
        self.writer_state: dict[str, Any] | None = state["writer"] if state else None
        self._bundle = bundle
        self._path = path

    def suspend(self, *, done: int, writer: dict[str, Any]) -> None:
        """Lay the file down for another turn, that many documents being in it."""
        self._sync()
        beside = self._path.with_suffix(".json")
        written = beside.with_suffix(".tmp")
        written.write_text(json.dumps({"done": done, "writer": writer}))
        written.replace(beside)

    def complete(self) -> tuple[int, str]:
        """Give the finished file the name that is downloaded; returns its size and its SHA-256."""
        self._sync()
        self.file.seek(0)
        digest = hashlib.file_digest(self.file, "sha256").hexdigest()
        self._path.replace(path_of(self._bundle))
        return self.file.tell(), digest

    def discard(self) -> None:
        """Remove the file, whatever is in it, unless another worker's lies in its place by now."""
        path_of(self._bundle).unlink(missing_ok=True)
        if _is_at(self._path, self.file):
            self._path.with_suffix(".json").unlink(missing_ok=True)
            self._path.unlink()

    def _sync(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())


@contextmanager
def part_of(bundle: Bundle) -> Iterator[Part]:
    """Open the file of a bundle as its last turn has left it, empty where that did not end well.

    Raises Busy while another worker holds it.
    """
    path = _folder() / f"{bundle.organisation_id}-{bundle.pk}.part"
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("Another worker holds the file.") from error
        if not _is_at(path, file):
            raise Busy("Another worker has just finished the file.")
        state = _state_left(path, bundle)
        if state is None:
            file.truncate(0)
        yield Part(bundle, file, path, state)


def _is_at(path: Path, file: BinaryIO) -> bool:
    """Say whether a path still names the file that was opened by it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _state_left(path: Path, bundle: Bundle) -> dict[str, Any] | None:
    """Take what the last turn has noted, once: a turn that dies leaves nothing to go on from."""
    beside = path.with_suffix(".json")
    try:
        state: dict[str, Any] = json.loads(beside.read_text())
    except FileNotFoundError:
        return None
    beside.unlink()
    return state if state["done"] == bundle.done else None


def sweep() -> None:
    """Delete the files that nobody has touched for a day, complete or not."""
    oldest = time.time() - KEPT_FOR.total_seconds()
    for path in _folder().iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = settings.BUNDLES_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
