"""Where things are: the project, and the folder of shared material beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src" / "facturier"


def shared_folder() -> Path:
    """The folder `shared` beside the project; FACTURIER_SHARED names another."""
    return Path(os.environ.get("FACTURIER_SHARED") or PROJECT.parent / "shared")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material; skips the test where there is none."""
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip("The folder shared/ beside the project is missing (or set FACTURIER_SHARED).")
    return folder
