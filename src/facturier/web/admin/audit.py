"""Admin > Audit log: everything that happened, as sentences, and whether the chain of it is whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from facturier.audit import queries
from facturier.audit.queries import Chosen, Moment
from facturier.batches.models import Batch
from facturier.catalogue.models import Product, TaxCode
from facturier.customers.models import Customer
from facturier.invoices.models import Invoice
from facturier.invoices.queries import changed_documents
from facturier.organisations.models import Membership, Organisation, SavedView
from facturier.payments.models import Payment
from facturier.people.models import Invitation
from facturier.rules.refusal import Refused
from facturier.web.pages import page
from facturier.web.templatetags.words import document_name
from facturier.web.timeline import Told, tell
from facturier.work.models import Contract, Expense, Job, Ticket, TimeEntry, TimeImport

PER_PAGE = 50
NOBODY = 0  # what no person did


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that events are about, and the page that shows one."""

    model: type[Model]
    label: Any
    url_name: str = ""

    @property
    def type(self) -> str:
        return str(self.model._meta.model_name)


SUBJECTS = {
    one.type: one
    for one in (
        Subject(Invoice, gettext_lazy("Document"), "document"),
        Subject(Customer, gettext_lazy("Customer"), "customer"),
        Subject(Payment, gettext_lazy("Payment"), "payment"),
        Subject(Batch, gettext_lazy("Batch"), "batch"),
        Subject(Contract, gettext_lazy("Contract"), "contract-edit"),
        Subject(Ticket, gettext_lazy("Ticket"), "ticket"),
        Subject(TimeEntry, gettext_lazy("Time entry"), "time-edit"),
        Subject(Expense, gettext_lazy("Expense"), "expense-edit"),
        Subject(Job, gettext_lazy("Job")),
        Subject(TimeImport, gettext_lazy("Import of time")),
        Subject(Product, gettext_lazy("Product")),
        Subject(TaxCode, gettext_lazy("Tax code")),
        Subject(SavedView, gettext_lazy("Saved view")),
        Subject(Membership, gettext_lazy("Member"), "person"),
        Subject(Invitation, gettext_lazy("Invitation")),
        Subject(Organisation, gettext_lazy("Organisation"), "settings"),
    )
}
_NAMELESS = (
    TimeEntry,
    Expense,
    TimeImport,
    Payment,
)  # their rows have no name: what they are stands for them


class Asked(forms.Form):
    """The parameters of the log; what is wrong is left out."""

    person = forms.IntegerField(min_value=NOBODY, max_value=2**62, required=False)
    about = forms.ChoiceField(choices=[(type_, type_) for type_ in SUBJECTS], required=False)
    of = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the page shows it."""

    sequence: int
    told: Told
    kind: Any
    name: str
    url: str
    only_url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter."""

    label: Any
    url: str
    current: bool


@page("view")
@require_safe
def show(request: Any) -> HttpResponse:
    """List what happened, the newest first, filtered as the address says."""
    found = _asked(request)
    about, of = found.get("about"), found.get("of")
    chosen = Chosen(
        actor_id=found.get("person"),
        subject_types=(about,) if about else (),
        subject_id=of if about else None,
    )
    listed = queries.events(
        request.organisation.pk, chosen=chosen, before=found.get("before"), limit=PER_PAGE
    )
    people, kinds = _people(request, found), _kinds(found)
    values = {
        "lines": _lines(request, listed.moments),
        "people": people,
        "person": next(one.label for one in people if one.current),
        "person_is_set": "person" in found,
        "kinds": kinds,
        "kind": next(one.label for one in kinds if one.current),
        "kind_is_set": bool(about),
        "one_only": of and about,
        "of_clear": _link(found, without=("of",)),
        "newest": _link(found, without=()) if "before" in found else "",
        "older": _link(found, without=(), before=listed.older) if listed.older else "",
        "is_filtered": bool(found.keys() - {"before"}),
    }
    return render(request, "admin/audit.html", values)


def _asked(request: Any) -> dict[str, Any]:
    form = Asked(request.GET)
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}


def _link(found: dict[str, Any], *, without: tuple[str, ...], **values: Any) -> str:
    """Return the address of this log with other filters; a changed filter begins at the newest."""
    kept = {name: value for name, value in found.items() if name not in ("before", *without)}
    return "?" + urlencode({**kept, **values})


def _people(request: Any, found: dict[str, Any]) -> list[Choice]:
    members = Membership.objects.filter(organisation=request.organisation).select_related("user")
    chosen = found.get("person")
    everybody = Choice(_("anybody"), _link(found, without=("person",)), chosen is None)
    nobody = Choice(_("Facturier itself"), _link(found, without=(), person=NOBODY), chosen == NOBODY)
    choices = [
        Choice(str(one.user), _link(found, without=(), person=one.user_id), chosen == one.user_id)
        for one in members.order_by("user__name", "user_id")
    ]
    if not any(one.current for one in (everybody, nobody, *choices)):  # somebody who has left
        choices.append(Choice(_("Person %(number)s") % {"number": chosen}, "", True))
    return [everybody, *choices, nobody]


def _kinds(found: dict[str, Any]) -> list[Choice]:
    about = found.get("about")
    everything = Choice(_("everything"), _link(found, without=("about", "of")), not about)
    return [
        everything,
        *(
            Choice(subject.label, _link(found, without=("of",), about=type_), type_ == about)
            for type_, subject in SUBJECTS.items()
        ),
    ]


def _lines(request: Any, moments: list[Moment]) -> list[Line]:
    """Word the events; the names of what they are about take one query for each kind of it."""
    rows: dict[tuple[str, int], Any] = {}
    for type_, subject in SUBJECTS.items():
        keys = {one.subject_id for one in moments if one.subject_type == type_}
        if type_ == "organisation" and keys:
            rows[type_, request.organisation.pk] = request.organisation
        elif keys:
            found = subject.model._default_manager.in_bulk(keys)
            rows |= {(type_, pk): row for pk, row in found.items()}
    return [_line(request, one, rows.get((one.subject_type, one.subject_id))) for one in moments]


def _line(request: Any, moment: Moment, row: Any) -> Line:
    subject = SUBJECTS[moment.subject_type]
    name = ""
    if isinstance(row, Invoice):
        name = document_name(row)
    elif row is not None and not isinstance(row, _NAMELESS):
        name = str(row)
    return Line(
        sequence=moment.sequence,
        told=tell(moment),
        kind=subject.label,
        name=name,
        url=_url(request, subject, row) if row is not None else "",
        only_url="?" + urlencode({"about": moment.subject_type, "of": moment.subject_id}),
    )


def _url(request: Any, subject: Subject, row: Any) -> str:
    """Return the page of what an event is about; nothing where there is none."""
    if not subject.url_name:
        return ""
    values = {"organisation": request.organisation.slug}
    if not isinstance(row, Organisation):
        values["pk"] = row.pk
    try:
        return reverse(subject.url_name, kwargs=values)
    except NoReverseMatch:
        return ""


# What audit.queries.verify finds, for people.
REASONS = {
    "an event is missing or misplaced": gettext_lazy("An event is missing or stands in a wrong place."),
    "an event was changed": gettext_lazy("An event was changed after it was written."),
    "events are missing at the end": gettext_lazy("Events are missing at the end."),
    "the chain does not contain the given anchor": gettext_lazy(
        "The hash that you gave is nowhere in the chain: the log was rewritten, or the hash is of another."
    ),
}
_HASH = re.compile(r"[0-9a-f]{64}")


@page("view")
@require_safe
def verdict(request: Any) -> HttpResponse:
    """Walk the whole chain and all issued documents, and say whether they are as they were written."""
    anchor = request.GET.get("anchor", "").strip().lower()
    if anchor and not _HASH.fullmatch(anchor):
        raise Refused("A hash has 64 characters, 0 to 9 and a to f.", field="anchor")
    found = queries.verify(request.organisation.pk, anchor=anchor)
    changed = changed_documents()
    values = {
        "verdict": found,
        "reason": REASONS.get(found.reason, found.reason),
        "changed": changed,
        "whole": found.whole and not changed,
        "anchor": anchor,
    }
    return render(request, "admin/verdict.html", values)
