"""The form of a seller's own data. What is right is decided by organisations/values.py."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from facturier.organisations.models import LANGUAGES, Organisation
from facturier.organisations.values import (
    LONGEST,
    MAX_PAYMENT_DAYS,
    Stated,
    countries,
    currencies,
    seller_identifiers,
)
from facturier.rules.regions.base import words
from facturier.web import speech

GROUPS: tuple[tuple[Any, tuple[tuple[str, ...], ...]], ...] = (
    (_("Who sells"), (("name", "legal_name"), ("legal_note",), ("email", "phone"))),
    (_("Address"), (("line1", "line2"), ("postcode", "city"), ("subdivision", "country"))),
    (_("Registration and tax numbers"), (("identifiers",),)),
    (
        _("How to be paid"),
        (("account_name",), ("iban", "bic"), ("payment_instructions",), ("payment_days", "currency")),
    ),
    (_("On documents"), (("language", "accent"), ("vat_on_debits",), ("message",), ("footer",))),
)


def _text(name: str, label: Any, *, hint: Any = "", required: bool = False, **attributes: Any) -> Any:
    widget = forms.TextInput(attrs={"maxlength": LONGEST.get(name, 40), **attributes})
    return forms.CharField(label=label, help_text=hint, required=required, widget=widget, strip=True)


class SettingsForm(forms.Form):
    """The ids of its inputs are their names: missing mentions of documents lead to them."""

    name = _text("name", _("Name shown"), hint=_("In the frame, to whom you work with."), required=True)
    legal_name = _text("legal_name", _("Legal name"), hint=_("As it is printed on documents."), required=True)
    legal_note = _text(
        "legal_note",
        _("Legal form, capital and registration"),
        hint=_("E.g. SARL with a capital of €10,000, RCS Lyon 732 829 320."),
    )
    email = _text("email", _("E-mail address"), type="email", autocomplete="off")
    phone = _text("phone", _("Telephone"), type="tel", autocomplete="off")
    line1 = _text("line1", _("Street and number"))
    line2 = _text("line2", _("Address, continued"))
    postcode = _text("postcode", _("Postal code"))
    city = _text("city", _("City"))
    subdivision = _text("subdivision", _("State or province"), hint=_("Its code, e.g. QC."))
    country = forms.ChoiceField(label=_("Country"))
    account_name = _text("account_name", _("Account holder"), hint=_("The legal name where it is empty."))
    iban = _text("iban", "IBAN", autocomplete="off", spellcheck="false")
    bic = _text("bic", "BIC", autocomplete="off", spellcheck="false")
    payment_instructions = _text(
        "payment_instructions", _("How to pay"), hint=_("A sentence below the bank account.")
    )
    payment_days = forms.IntegerField(
        label=_("Payment term in days"),
        help_text=_("For customers without a term of their own."),
        min_value=0,
        max_value=MAX_PAYMENT_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    currency = forms.ChoiceField(label=_("Currency"), help_text=_("Of new customers and their documents."))
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Of customers without one of their own."), choices=LANGUAGES
    )
    accent = forms.CharField(
        label=_("Accent colour"),
        help_text=_("Of headings and lines on documents."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    message = forms.CharField(
        label=pgettext_lazy("on documents", "Message"),
        help_text=_("Below the sums of every document."),
        required=False,
        widget=forms.Textarea(attrs={"maxlength": LONGEST["message"], "rows": 3}),
    )
    vat_on_debits = forms.BooleanField(
        label=_("VAT on services falls due when it is invoiced (option pour les débits)"),
        help_text=_("Printed on documents, as the law asks of who has chosen it."),
        required=False,
    )
    footer = _text("footer", _("Footer"), hint=_("At the bottom of every sheet."))

    def __init__(self, organisation: Organisation, data: Any = None, *, reason: Any = None) -> None:
        self.organisation = organisation
        self.schemes = [one.scheme for one in seller_identifiers(organisation.rules)]
        super().__init__(data, auto_id="%s", initial=_initial(organisation), use_required_attribute=False)
        language = (get_language() or "en")[:2]
        for one in seller_identifiers(organisation.rules):
            self.fields[f"identifiers-{one.scheme}"] = _text(
                one.scheme, words(one.labels, language), autocomplete="off", spellcheck="false"
            )
        if not organisation.rules.vat_on_debits:
            del self.fields["vat_on_debits"]
        self.fields["country"].choices = _countries(str(speech.locale()))
        self.fields["currency"].choices = _currencies(str(speech.locale()), organisation.currency)
        if reason:
            for field in self.fields.values():
                field.disabled = True

    def stated(self) -> Stated:
        """Return what was typed, as the rules take it. Only after `is_valid`."""
        values = {name: value for name, value in self.cleaned_data.items() if not name.startswith("identif")}
        identifiers = {scheme: self.cleaned_data[f"identifiers-{scheme}"] for scheme in self.schemes}
        return Stated(**values, identifiers=identifiers)

    @property
    def places(self) -> dict[str, str]:
        """Map the fields that refusals name to those of this form, where they differ."""
        return {f"identifiers.{scheme}": f"identifiers-{scheme}" for scheme in self.schemes}

    def groups(self) -> Iterator[tuple[Any, list[list[Any]]]]:
        """Yield the fieldsets: a heading, and rows of fields that stand side by side."""
        for heading, rows in GROUPS:
            if rows == (("identifiers",),):
                names = [f"identifiers-{scheme}" for scheme in self.schemes]
                pairs = [names[place : place + 2] for place in range(0, len(names), 2)]
                yield heading, [[self[name] for name in pair] for pair in pairs]
            else:
                shown = [[self[name] for name in row if name in self.fields] for row in rows]
                yield heading, [row for row in shown if row]


def _initial(organisation: Organisation) -> dict[str, Any]:
    names = [name for name in SettingsForm.base_fields if not name.startswith("identifiers")]
    return {
        **{name: getattr(organisation, name) for name in names},
        **{f"identifiers-{scheme}": value for scheme, value in organisation.identifiers.items()},
    }


@lru_cache(maxsize=16)
def _countries(locale: str) -> list[tuple[str, str]]:
    """List the countries by their names in the reader's language."""
    names = Locale.parse(locale).territories
    return sorted(((code, names.get(code, code)) for code in countries()), key=lambda one: one[1])


@lru_cache(maxsize=64)
def _currencies(locale: str, own: str) -> list[tuple[str, str]]:
    """List the currencies by code, the own one in any case."""
    names = Locale.parse(locale).currencies
    return [(code, f"{code} – {names.get(code, code)}") for code in sorted({*currencies(), own})]
