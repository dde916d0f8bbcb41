"""Hand what a passkey's ceremony needs to the browser: assets/js/passkeys.js reads it from an attribute."""

from __future__ import annotations

import json
from typing import Any

from django.views.generic.base import ContextMixin


def with_options[V: ContextMixin](view: type[V], name: str) -> type[V]:
    """Return one of allauth's views that also writes its options as JSON, as `options`, for an attribute."""

    class WithOptions(view):  # type: ignore[misc,valid-type]
        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(**kwargs)
            if "js_data" in context:
                options = context["js_data"][name]
                context["options"] = json.dumps(options)
                context["has_passkeys"] = bool(options["publicKey"].get("allowCredentials"))
            return context

    return WithOptions
