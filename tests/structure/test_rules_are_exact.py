"""What decides about money is exact, typed and without a clock (STYLE 12 to 14)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import PACKAGE, PROJECT

CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "time", "monotonic"}
CLOCK_OWNERS = {"datetime", "date", "timezone", "time"}


def floats(source: str) -> Iterator[int]:
    """Lines with a float: a literal, or a name of the type."""
    for node in ast.walk(ast.parse(source)):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if literal or (isinstance(node, ast.Name) and node.id == "float"):
            yield node.lineno


def clocks(source: str) -> Iterator[int]:
    """Lines that ask what time it is."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if name in CLOCK_OWNERS:
                yield node.lineno


def rules() -> list[Path]:
    found = sorted((PACKAGE / "rules").rglob("*.py"))
    assert len(found) > 8
    return found


def test_no_float_in_the_rules() -> None:
    assert [(path.name, line) for path in rules() for line in floats(path.read_text())] == []


def test_no_clock_in_the_rules() -> None:
    assert [(path.name, line) for path in rules() for line in clocks(path.read_text())] == []


def test_control_a_float_and_a_clock_are_found() -> None:
    assert list(floats("a = 1\nb = 0.2\nc = float('1')\nd: float | None = None")) == [2, 3, 4]
    assert list(clocks("a = date(2026, 1, 1)\nb = date.today()\nc = datetime.datetime.now()")) == [2, 3]


def mypy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mypy", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_rules_are_typed_strictly() -> None:
    done = mypy()
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("planted", ["def net(a): return a", "net: int = '1'"])
def test_control_an_untyped_rule_is_found(tmp_path: Path, planted: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text(planted)
    assert mypy(str(path)).returncode != 0
