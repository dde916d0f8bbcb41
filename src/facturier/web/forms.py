"""What forms read as people write it: numbers, durations, days; and refusals put beside their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_group_symbol
from django import forms
from django.utils.translation import gettext_lazy as _

from facturier.rules.refusal import Refused
from facturier.rules.worktime import duration_text, parse_duration
from facturier.web import speech
from facturier.web.refusals import Outcome, each, refusal_text

_BLANKS = re.compile(r"[\s\u00a0\u202f'’]")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+(?:,\d*)?|(?:,\d{3})+(?:\.\d*)?)", re.ASCII)
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def read_number(text: str) -> Decimal | None:
    """Return the number that a person wrote with a point or a comma, or None where it is none.

    Of two kinds of marks the last is the decimal one. A single mark before three digits groups thousands
    where the reader's language does so, and only there. Groups have three digits: 1.2.3,4 is a mistake.
    """
    bare = _BLANKS.sub("", text).replace("\u2212", "-")
    marks = [one for one in bare if one in ".,"]
    group = marks[0] if len(marks) > 1 or (marks == [_group_mark()] and _GROUPED.fullmatch(bare)) else ""
    if group and not _GROUPED.fullmatch(bare):
        return None
    plain = (bare.replace(group, "") if group else bare).replace(",", ".")
    try:
        return Decimal(plain) if _PLAIN.fullmatch(plain) else None
    except InvalidOperation:
        return None


def _group_mark() -> str:
    return str(get_group_symbol(speech.locale()))


class NumberField(forms.Field):
    """A decimal number, written with a point or a comma; None where it is left empty."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Write a number, e.g. 95.50.")}

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal | int):
            return speech.number_text(Decimal(value).normalize() + 0).replace("\u2212", "-")
        return value

    def to_python(self, value: Any) -> Decimal | None:
        if value in (None, ""):
            return None
        number = read_number(str(value))
        if number is None or len(number.as_tuple().digits) > 15:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return number


class DurationField(forms.Field):
    """A duration in seconds, written as 1:30, 1.5 or 90m."""

    widget = forms.TextInput

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {"autocomplete": "off", "placeholder": "1:30"}

    def prepare_value(self, value: Any) -> Any:
        return duration_text(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in (None, ""):
            return None
        try:
            return value if isinstance(value, int) else parse_duration(str(value))
        except Refused as refusal:
            raise forms.ValidationError(refusal_text(refusal)) from refusal


class DayField(forms.DateField):
    """A day, chosen by the browser's own calendar."""

    def __init__(self, **given: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **given)


class RowField(forms.ModelChoiceField):
    """A row of the active organisation; what it may be is said when the form is made."""

    default_error_messages = {"invalid_choice": _("Choose one of the list.")}

    def __init__(self, **given: Any) -> None:
        super().__init__(queryset=None, **given)


@contextmanager
def refusals_beside_fields(
    request: Any, form: forms.Form, names: Mapping[str, str] | None = None
) -> Iterator[Outcome]:
    """Put what is refused inside beside the form's fields, and go on after the block.

    `names` maps a refusal's field to the form's where they differ; what belongs to no field stands on top.
    """
    outcome = Outcome()
    try:
        yield outcome
    except Refused as refusal:
        outcome.refusals.extend(each(refusal))
        for one in outcome.refusals:
            place = (names or {}).get(one.field or "", one.field or "")
            form.add_error(place if place in form.fields else None, refusal_text(one))
