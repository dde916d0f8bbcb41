"""The forms of Admin > People. What is right is decided by people/operations.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facturier.organisations.models import LANGUAGES
from facturier.people.values import Granted


@dataclass(frozen=True, slots=True)
class Preset:
    """A usual choice of permissions; `boxes` are the names of the fields that it ticks."""

    label: Any
    boxes: tuple[str, ...]

    @property
    def joined(self) -> str:
        return " ".join(self.boxes)


PRESETS = (
    Preset(_("Reader"), ()),
    Preset(_("Billing"), ("may_process_billing",)),
    Preset(_("Accounting"), ("may_export",)),
    Preset(_("Billing and accounting"), ("may_process_billing", "may_export")),
    Preset(_("Administrator"), tuple(Granted.__dataclass_fields__)),
)


class Permissions(forms.Form):
    """What a person may, as boxes to tick."""

    may_process_billing = forms.BooleanField(
        label=_("Process billing"),
        help_text=_(
            "Enter work, write documents, run batches; finalise and send for the customers that they own."
        ),
        required=False,
    )
    may_export = forms.BooleanField(
        label=_("Export to accounting"),
        help_text=_("Take the journal, and hand documents to the accounting system."),
        required=False,
    )
    may_manage_settings = forms.BooleanField(
        label=_("Manage settings"),
        help_text=_("Change what documents state about you, and how they look."),
        required=False,
    )
    is_admin = forms.BooleanField(
        label=_("Administrator"),
        help_text=_("All of the above for every customer, and people and their permissions."),
        required=False,
    )

    def granted(self) -> Granted:
        """Return what was ticked. Only after `is_valid`."""
        return Granted(**{name: self.cleaned_data[name] for name in Granted.__dataclass_fields__})

    def boxes(self) -> list[Any]:
        return [self[name] for name in Permissions.base_fields]


class Invite(Permissions):
    """Whom to invite, in which language to write, and what they may."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Of the invitation, and of the pages at first."), choices=LANGUAGES
    )

    field_order = ("email", "language")
