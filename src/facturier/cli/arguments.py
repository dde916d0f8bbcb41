"""Arguments that several commands share."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

# What `add_to` of each topic gets: where commands are added. argparse gives its type no public name.
type Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def day(text: str) -> date:
    """Read a date as 2026-11-30; argparse shows the message of ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write it as 2026-11-30") from None


def existing_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return path


def add_organisation(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--organisation", required=True, metavar="SLUG", help="the seller's short name, as in its address"
    )


def add_period(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="since", type=day, required=True, metavar="DATE", help="first day")
    command.add_argument("--until", type=day, required=True, metavar="DATE", help="last day, included")


def add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--output", metavar="FILE", default="-", help="where to write; - is standard output (the default)"
    )


@contextlib.contextmanager
def opened(output: str) -> Iterator[BinaryIO]:
    """Open the file to write, or standard output; a file that could not be written whole is removed."""
    if output == "-":
        yield sys.stdout.buffer
        return
    path = Path(output)
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
