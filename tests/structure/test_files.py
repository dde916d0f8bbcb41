"""What the files of the project look like: rooms with a plan, short files, nothing left open."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.support.places import PACKAGE, PROJECT

LINES = 400
README_LINES = 15
CATALOGUES = {"web"}  # its README lists every component, for people to copy from

# Put together here, so that this file does not name what it looks for.
UNFINISHED = re.compile("|".join([rf"\b{'TO'}{'DO'}\b", rf"\b{'FIX'}{'ME'}\b", f"{'NotImpl'}emented"]))
MACHINES = re.compile(
    "|".join(
        [
            r"(?<![\w.~-])/(?:" + "|".join(["root", "opt", "home"]) + r")/",
            r"(?<![\w.-])/work/(?:main|shared|wt|\.\w)",
            r"\b" + r"\.".join(["pypi", "org"]),
            "python" + "hosted",
            r"\b" + r"\.".join(["npmjs", "org"]),
            r"\b" + r"\.".join(["deb", "debian", "org"]),
        ]
    )
)


def tracked() -> list[Path]:
    """The files that git knows, but for those that were deleted and not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    return [path for name in listed.split("\0") if name and (path := PROJECT / name).is_file()]


def holding(pattern: re.Pattern[str], files: Iterable[Path]) -> list[str]:
    """Places where the text of a file matches, as file:line."""
    found = []
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{path.name}:{number}" for number, line in enumerate(lines, 1) if pattern.search(line)]
    return found


def too_long(folder: Path) -> list[str]:
    """Files of code that should be split by topic; migrations are written by a machine."""
    return [
        path.name
        for path in sorted(folder.rglob("*.py"))
        if "migrations" not in path.parts and len(path.read_text().splitlines()) > LINES
    ]


def without_plan(folder: Path) -> list[str]:
    """Rooms that do something and whose README is missing, or too long to be read by everyone."""
    found = []
    for room in sorted(path.parent for path in folder.glob("*/__init__.py")):
        does_something = {path.name for path in room.glob("*.py")} - {"__init__.py", "models.py"}
        readme = room / "README.md"
        if does_something and not readme.is_file():
            found.append(room.name)
        elif readme.is_file() and room.name not in CATALOGUES:
            found += [room.name] * (len(readme.read_text().splitlines()) > README_LINES)
    return found


def test_every_room_has_its_plan() -> None:
    assert without_plan(PACKAGE) == []


def test_no_file_is_too_long() -> None:
    assert too_long(PACKAGE) == []


def test_nothing_is_left_open() -> None:
    assert holding(UNFINISHED, tracked()) == []


def test_no_machine_and_no_registry_is_named() -> None:
    assert holding(MACHINES, tracked()) == []


def test_control_what_is_planted_is_found(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").write_text("x = 1\n" * (LINES + 1))
    assert too_long(tmp_path) == ["__init__.py"]
    assert without_plan(tmp_path) == []
    (room / "operations.py").write_text("")
    assert without_plan(tmp_path) == ["room"]
    (room / "README.md").write_text("A room.\n" * README_LINES)
    assert without_plan(tmp_path) == []
    (room / "README.md").write_text("A room.\n" * (README_LINES + 1))
    assert without_plan(tmp_path) == ["room"]
    planted = tmp_path / "planted"
    planted.write_text(
        "\n".join(
            [
                "# TO" + "DO",
                "raise NotImpl" + "ementedError",
                "see /ro" + "ot/x",
                "https://pypi" + ".org/simple",
                "/wo" + "rk/main",
                "todo /work/import/ src/facturier/work/ ~/home/ docs/opt/",
            ]
        )
    )
    assert holding(UNFINISHED, [planted]) == ["planted:1", "planted:2"]
    assert holding(MACHINES, [planted]) == ["planted:3", "planted:4", "planted:5"]


def test_make_check_asks_for_everything() -> None:
    make = shutil.which("make")
    assert make
    dry = subprocess.run(
        [make, "-n", "check"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    for word in ("ruff check", "ruff format --check", "mypy", "lint-imports", "django check", "pytest"):
        assert word in dry, word
