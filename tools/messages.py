"""Translations without GNU gettext: extract, update, check and compile the catalogues.

    python -m tools.messages extract            print every message of the code, as a POT file
    python -m tools.messages update             bring the catalogues of French, German and Italian up to date
    python -m tools.messages check              fail on what is missing, fuzzy, obsolete or garbled
    python -m tools.messages compile [FILE …]   write .mo files beside the .po files

English is the source. What counts as a message stands in `tools/extraction.py`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.extraction import extract

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "facturier"
LANGUAGES = ("fr", "de", "it")
WIDTH = 100
PLACE = re.compile(r"%%[sd]\b|%%|%\(\w+\)[sdifr]|%[sd]\b|\{\w*\}")
HEADER = "# Facturier, translated from English."


def template(package: Path) -> Catalog:
    """Gather every message of the code, in the order of files and lines."""
    catalog = Catalog(project="Facturier", charset="utf-8", header_comment=HEADER, fuzzy=False)
    for found in extract(package):
        catalog.add(
            (found.singular, found.plural) if found.plural else found.singular,
            locations=[(found.place, found.line)],
            context=found.context,
        )
    return catalog


def catalogues(package: Path) -> Iterator[tuple[str, Path]]:
    """The language and the file of each catalogue, whether it exists or not."""
    for language in LANGUAGES:
        yield language, package / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str, path: Path) -> Catalog:
    """Read a catalogue, or begin an empty one."""
    if not path.exists():
        return Catalog(
            locale=language, project="Facturier", charset="utf-8", header_comment=HEADER, fuzzy=False
        )
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(package: Path) -> None:
    """Add new messages to every catalogue and drop what the code no longer says."""
    source = template(package)
    for language, path in catalogues(package):
        catalog = read(language, path)
        catalog.update(source, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, temporary.open("wb") as file:
            write_po(file, catalog, width=WIDTH, include_lineno=False, include_previous=False)


def faults(package: Path) -> list[str]:
    """Say what is wrong with the catalogues, one sentence each."""
    source = template(package)
    return [
        f"{language}: {fault}"
        for language, path in catalogues(package)
        for fault in faults_of(read(language, path), source)
    ]


def faults_of(catalog: Catalog, source: Catalog) -> Iterator[str]:
    """Compare one catalogue with what the code says."""
    wanted = {key_of(message): message for message in source if message.id}
    have = {key_of(message): message for message in catalog if message.id}
    for key, message in wanted.items():
        if key in have:
            yield from faults_of_message(have[key], message, catalog)
        else:
            yield f"missing: {shown(message)}"
    for message in [*catalog.obsolete.values(), *(have[key] for key in have.keys() - wanted.keys())]:
        yield f"obsolete: {shown(message)}"


def faults_of_message(found: Message, source: Message, catalog: Catalog) -> Iterator[str]:
    """Compare one translation with its source."""
    sources = source.id if isinstance(source.id, tuple) else (source.id,)
    texts = found.string if isinstance(found.string, tuple | list) else (found.string,)
    expected = catalog.num_plurals if len(sources) > 1 else 1
    if len(texts) != expected or not all(texts):
        yield f"missing: {shown(source)}"
        return
    if found.fuzzy:
        yield f"fuzzy: {shown(source)}"
    allowed = [places(text) for text in sources]
    for text in texts:
        if places(text) not in allowed:
            yield f"other places than in the source: {shown(source)} – {text}"
        if text.strip() != text and sources[0].strip() == sources[0]:
            yield f"white space around it: {shown(source)} – {text}"


def places(text: str) -> frozenset[str]:
    """The places that are filled in: %(name)s, {name} and %s."""
    return frozenset(found for found in PLACE.findall(text) if found != "%%")


def key_of(message: Message) -> tuple[str | None, str]:
    """What gettext looks a message up by."""
    return message.context, message.id[0] if isinstance(message.id, tuple) else message.id


def shown(message: Message) -> str:
    """A message as a person finds it again: its text and where it stands."""
    file, line = message.locations[0] if message.locations else ("", None)
    where = f" ({file}:{line})" if line else ""
    return f"“{key_of(message)[1]}”{where}"


def compile_all(paths: Iterable[Path]) -> None:
    """Write the .mo file beside each .po file."""
    for path in paths:
        catalog = read(path.parent.parent.name, path)
        with replacing(path.with_suffix(".mo")) as temporary, temporary.open("wb") as file:
            write_mo(file, catalog)


class replacing:  # noqa: N801 (a context manager, named as it reads)
    """A file beside another one that takes its place once it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}")

    def __enter__(self) -> Path:
        return self._temporary

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._temporary.replace(self._path)
        else:
            self._temporary.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Extract, update, check and compile the translations.")
    parser.add_argument("command", choices=["extract", "update", "check", "compile"])
    parser.add_argument("files", nargs="*", type=Path, help="catalogues to compile (default: all)")
    chosen = parser.parse_args(arguments)
    commands: dict[str, Callable[[], int]] = {
        "extract": _extract,
        "update": _update,
        "check": _check,
        "compile": lambda: _compile(chosen.files),
    }
    return commands[chosen.command]()


def _extract() -> int:
    write_po(sys.stdout.buffer, template(PACKAGE), width=WIDTH)
    return 0


def _update() -> int:
    update(PACKAGE)
    return 0


def _check() -> int:
    found = faults(PACKAGE)
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        print(f"{len(found)} faults in the catalogues; run: make messages", file=sys.stderr)
    return 1 if found else 0


def _compile(files: list[Path]) -> int:
    compile_all(files or [path for _, path in catalogues(PACKAGE) if path.exists()])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
