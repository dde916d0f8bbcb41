"""Every write goes through the gate (ARCHITECTURE, decision 4)."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import facturier
from facturier.organisations.access import NEEDS, OPERATOR

WITHOUT = {"facturier.audit.operations"}  # it writes for the gate itself, inside of it
BESIDE = {  # operations that stand in a file of their own
    *("facturier.work.jobs", "facturier.invoices.copies", "facturier.invoices.credits"),
    "facturier.organisations.keeping",
}


def operations() -> Iterator[ModuleType]:
    """Every module of writes: `operations.py` of a room, its folder `operations/`, and what stands beside."""
    for found in pkgutil.walk_packages(facturier.__path__, "facturier."):
        named = "operations" in found.name.split(".") or found.name in BESIDE
        if named and found.name not in WITHOUT:
            yield importlib.import_module(found.name)


def ungated(module: ModuleType) -> list[str]:
    """Public functions of a module that nobody checks, or that name a permission there is not."""
    known = {*NEEDS, OPERATOR}
    return [
        f"{module.__name__}.{name}"
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and getattr(function, "permission", None) not in known
    ]


def test_every_operation_is_gated() -> None:
    modules = list(operations())
    assert {one.__name__ for one in modules} > BESIDE
    assert [name for module in modules for name in ungated(module)] == []


def test_control_an_operation_without_the_gate_is_found() -> None:
    planted = ModuleType("planted")
    exec(  # the gate marks its functions by an attribute, so a planted one may set it
        "def write(): ...\n"
        "def _private(): ...\n"
        "def gated(): ...\n"
        "gated.permission = 'invoices.finalise'\n"
        "def misnamed(): ...\n"
        "misnamed.permission = 'invoices.finalize'\n",
        planted.__dict__,
    )
    for name in ("write", "_private", "gated", "misnamed"):
        getattr(planted, name).__module__ = "planted"
    assert ungated(planted) == ["planted.misnamed", "planted.write"]
