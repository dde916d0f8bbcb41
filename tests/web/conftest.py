"""Visitors: a browser of Django's own, signed in as one of the cast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.support.cast import Cast

Visit = Callable[..., Client]


@pytest.fixture
def visit(db: Any, cast: Cast, settings: Any) -> Visit:
    """Return a client; `visit("ana")` is signed in, `visit()` is not."""
    settings.ROOT_URLCONF = "tests.web.site"

    def make(name: str | None = None, **options: Any) -> Client:
        client = Client(**options)
        if name:
            client.force_login(cast.users[name])
        return client

    return make
