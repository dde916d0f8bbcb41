"""Imports and foreign keys go down the house, never up (ARCHITECTURE, “The house”)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tests.support.places import PROJECT


def heights() -> dict[str, int]:
    """How high each room stands, from the layers that import-linter holds."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return {room.strip(" ()"): -place for place, layer in enumerate(layers) for room in layer.split("|")}


def foreign_keys(rooms: Iterable[str]) -> list[tuple[str, str, str]]:
    """Every relation between rooms, as (from, to, its name)."""
    return [
        (model._meta.app_label, field.related_model._meta.app_label, str(field))
        for model in apps.get_models()
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and {model._meta.app_label, field.related_model._meta.app_label} <= set(rooms)
    ]


def pointing_up(relations: Iterable[tuple[str, str, str]], height: dict[str, int]) -> list[str]:
    return [
        name for source, target, name in relations if source != target and height[target] >= height[source]
    ]


def test_foreign_keys_point_downwards() -> None:
    relations = foreign_keys(heights())
    assert len(relations) > 20
    assert pointing_up(relations, heights()) == []


def test_control_a_foreign_key_upwards_is_found() -> None:
    relations = [
        ("customers", "organisations", "down"),
        ("work", "invoices", "aside"),
        ("audit", "work", "up"),
    ]
    assert pointing_up(relations, heights()) == ["aside", "up"]


def test_every_app_of_ours_has_a_place_in_the_house() -> None:
    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("facturier.")}
    assert ours - set(heights()) == {"configuration"}


def lint_imports(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(source)}
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as c; c()",
        "--no-cache",
    ]
    return subprocess.run(
        [*command, "--config", str(PROJECT / "pyproject.toml")],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_go_downwards(tmp_path: Path) -> None:
    done = lint_imports(PROJECT / "src", tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("room", "planted"),
    [
        ("rules/money.py", "import django"),
        ("audit/queries.py", "import facturier.invoices.models"),
        ("work/models.py", "import facturier.invoices.models"),
    ],
)
def test_control_an_import_upwards_is_found(tmp_path: Path, room: str, planted: str) -> None:
    shutil.copytree(PROJECT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "src" / "facturier" / room
    path.write_text(f"{path.read_text()}\n{planted}\n")
    done = lint_imports(tmp_path / "src", tmp_path)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout
