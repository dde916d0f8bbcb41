"""Charts as SVG drawn on the server, each with a table behind it for who reads rather than looks.

No styles stand in the markup (the content security policy forbids them): classes a, b, c, d are the colours
of the series, and lengths are attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

COLOURS = "abcd"
ALONE = "b"  # one series has nothing to stand back behind


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures, one for each label, in minor units or any other whole number."""

    name: Any
    values: Sequence[int]


def bars(
    title: Any,
    labels: Sequence[Any],
    series: Sequence[Series],
    *,
    write: Callable[[int], Any],
    width: int = 240,
    height: int = 112,
) -> SafeString:
    """Draw groups of upright bars, one group for each label; `write` puts a figure into words.

    Below zero is drawn as zero; the table says what it was. Raises ValueError where a series has not one
    value for each label.
    """
    _same_length(labels, series)
    top = max((value for one in series for value in one.values), default=0) or 1
    floor = height - 22
    group = width / max(len(labels), 1)
    bar = min(18.0, (group - 10) / max(len(series), 1))
    shapes: list[SafeString] = []
    for place, label in enumerate(labels):
        middle = group * place + group / 2
        left = middle - (bar * len(series) + len(series) - 1) / 2
        for number, one in enumerate(series):
            tall = round(max(one.values[place], 0) / top * (floor - 6), 1)
            if one.values[place] > 0:
                tall = max(tall, 1)  # a little is not nothing
            shapes.append(
                format_html(
                    '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
                    COLOURS[number] if len(series) > 1 else ALONE,
                    round(left + number * (bar + 1), 1),
                    round(floor - tall, 1),
                    round(bar, 1),
                    tall,
                )
            )
        shapes.append(
            format_html(
                '<text x="{}" y="{}" text-anchor="middle">{}</text>',
                round(middle, 1),
                height - 6,
                label,
            )
        )
    axis = format_html('<line class="axis" x1="0" y1="{}" x2="{}" y2="{}"/>', floor + 0.5, width, floor + 0.5)
    return format_html(
        '<svg viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}{}</svg>{}{}',
        width,
        height,
        axis,
        _joined(shapes),
        _legend(series),
        _table(title, labels, series, write),
    )


def shares(
    title: Any,
    labels: Sequence[Any],
    values: Sequence[int],
    *,
    write: Callable[[int], Any],
    tones: Sequence[str] = (),
    name: Any = "",
    width: int = 240,
) -> SafeString:
    """Draw lying bars, one for each label with its figure at the right; `tones` picks colours a to d."""
    series = [Series(name, values)]
    _same_length(labels, series)
    top = max([*values, 1])
    shapes: list[SafeString] = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = place * 34
        shapes.append(
            format_html(
                '<text x="0" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>'
                '<rect class="axis-bar" x="0" y="{}" width="{}" height="6" rx="3"/>'
                '<rect class="{}" x="0" y="{}" width="{}" height="6" rx="3"/>',
                y + 11,
                label,
                width,
                y + 11,
                write(value),
                y + 17,
                width,
                tones[place] if tones else "b",
                y + 17,
                round(max(value, 0) / top * width, 1),
            )
        )
    return format_html(
        '<svg viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>{}',
        width,
        max(len(labels) * 34 - 8, 1),
        _joined(shapes),
        _table(title, labels, series, write),
    )


def _same_length(labels: Sequence[Any], series: Sequence[Series]) -> None:
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.name}: {len(one.values)} values for {len(labels)} labels")


def _joined(parts: Sequence[SafeString]) -> SafeString:
    return mark_safe("".join(parts))


def _legend(series: Sequence[Series]) -> SafeString:
    if len(series) < 2:
        return mark_safe("")
    entries = format_html_join(
        "",
        '<li><svg viewBox="0 0 10 10" aria-hidden="true" focusable="false">'
        '<rect class="{}" width="10" height="10" rx="2"/></svg>{}</li>',
        ((COLOURS[number], one.name) for number, one in enumerate(series)),
    )
    return format_html('<ul class="legend" aria-hidden="true">{}</ul>', entries)


def _table(
    title: Any, labels: Sequence[Any], series: Sequence[Series], write: Callable[[int], Any]
) -> SafeString:
    """The same figures as a table that only a screen reader meets."""
    heads = format_html_join("", '<th scope="col">{}</th>', ((one.name,) for one in series))
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (
                label,
                format_html_join("", "<td>{}</td>", ((write(one.values[place]),) for one in series)),
            )
            for place, label in enumerate(labels)
        ),
    )
    return format_html(
        '<div class="sr-only"><table><caption>{}</caption><thead><tr><td></td>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        title,
        heads,
        rows,
    )
