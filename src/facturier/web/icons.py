"""The few icons, drawn for this: 16 px, one stroke, the colour of the words beside them."""

from functools import lru_cache

_PATHS = {
    "down": "M4 6.5 8 10.5l4-4",
    "up": "M4 10 8 6l4 4",
    "left": "M10 4 6 8l4 4",
    "right": "M6 4l4 4-4 4",
    "menu": "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
    "search": "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5l3 3",
    "close": "M4 4l8 8M12 4l-8 8",
    "check": "M3 8.5l3.5 3.5L13 4.5",
    "plus": "M8 3v10M3 8h10",
    "lock": "M4.5 7.5h7v5.5h-7ZM6 7.5v-2a2 2 0 0 1 4 0v2",
    "warning": "M8 2.5 14 13H2ZM8 6.5v3M8 11.2v.3",
    "more": "M3.5 8h.01M8 8h.01M12.5 8h.01",
    "user": "M8 2.5a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5ZM2.5 13.5c1-4.7 10-4.7 11 0",
    "file": "M4 2.5h5l3 3v8H4ZM9 2.5v3h3",
    "drag": "M6 4h.01M6 8h.01M6 12h.01M10 4h.01M10 8h.01M10 12h.01",
    "command": "M3 4.5 6.5 8 3 11.5M8.5 11.5H13",
    "dot": "M8 7.5h.01",
}


@lru_cache(maxsize=64)
def svg(name: str) -> str:
    """Return the icon's SVG. Raises KeyError for a name that is not drawn."""
    return (
        f'<svg class="icon icon-{name}" viewBox="0 0 16 16" width="16" height="16"'
        f' aria-hidden="true" focusable="false"><path d="{_PATHS[name]}"/></svg>'
    )
