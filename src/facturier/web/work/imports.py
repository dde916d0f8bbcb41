"""Import an export of a time tracker: choose the file, look at what it would do, import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from facturier.customers.models import Customer
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages
from facturier.web.work.entries import url
from facturier.web.work.problems import told
from facturier.work import importing, uploads
from facturier.work.importers import TRACKERS, DateOrder
from facturier.work.importing import Choices, ImportPreview
from facturier.work.models import Upload

SHOWN_PROBLEMS = 200
SHOWN_GROUPS = 200


@page("work.import")
def upload(request: Any) -> HttpResponse:
    """Take a file and keep it until it was looked at."""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            messages.error(request, _("Choose a file first."))
            return HttpResponseRedirect(url(request, "time-import"))
        with refusals_as_messages(request) as done:
            kept = uploads.keep(
                request.organisation,
                actor=request.actor,
                data=file.read(),
                file_name=file.name,
                now=timezone.now(),
            )
        to = url(request, "time-import-check", pk=kept.pk) if done else url(request, "time-import")
        return HttpResponseRedirect(to)
    return render(request, "work/import_upload.html", {"trackers": [one.title for one in TRACKERS]})


@page("work.import")
def check(request: Any, pk: int) -> HttpResponse:
    """Show what a file would do; POST does it."""
    kept = _kept(request, pk)
    given = request.POST if request.method == "POST" else request.GET
    choices = _choices(given)
    if request.method == "POST":
        with refusals_as_messages(request) as done:
            result = importing.import_time(
                request.organisation,
                bytes(kept.data),
                actor=request.actor,
                file_name=kept.file_name,
                choices=choices,
            )
        if done:
            uploads.drop(kept, actor=request.actor)
            messages.success(request, _result(result.added, result.known))
            return HttpResponseRedirect(f"{url(request, 'time-list')}?file={result.pk}")
    with refusals_as_messages(request) as readable:
        preview = importing.preview(request.organisation, bytes(kept.data), choices=choices)
    if not readable:
        uploads.drop(kept, actor=request.actor)
        return HttpResponseRedirect(url(request, "time-import"))
    return render(request, "work/import_check.html", _context(kept, preview, choices))


@page("work.import")
@require_POST
def drop(request: Any, pk: int) -> HttpResponse:
    """Forget a file that nobody wants to import."""
    uploads.drop(_kept(request, pk), actor=request.actor)
    return HttpResponseRedirect(url(request, "time-import"))


def _kept(request: Any, pk: int) -> Upload:
    found = uploads.waiting(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _choices(given: Any) -> Choices:
    """Read what was chosen for the file: the order of dates, and a customer for each name."""
    order = given.get("order", "")
    customers = {}
    for key in given:
        place = key.removeprefix("customer-")
        pk = given.get(key, "")
        if place != key and pk.isdigit() and len(pk) < 19:
            customers[given.get(f"name-{place}", "")] = int(pk)
    return Choices(date_order=DateOrder(order) if order in list(DateOrder) else None, customers=customers)


def _result(added: int, known: int) -> str:
    words = ngettext("%(count)s entry was added.", "%(count)s entries were added.", added)
    text = words % {"count": added}
    if known:
        more = ngettext("%(count)s was here already.", "%(count)s were here already.", known)
        text = f"{text} {more % {'count': known}}"
    return text


def _context(kept: Upload, preview: ImportPreview, choices: Choices) -> dict[str, Any]:
    mapped = Customer.objects.in_bulk(list(set(choices.customers.values())))
    tracker = next(one.title for one in TRACKERS if one.source == preview.source)
    return {
        "kept": kept,
        "preview": preview,
        "tracker": tracker,
        "groups": [
            (group, _choice(group.name, choices, mapped), group.name in preview.ambiguous)
            for group in preview.by_customer[:SHOWN_GROUPS]
        ],
        "more_groups": max(0, len(preview.by_customer) - SHOWN_GROUPS),
        "people": preview.by_person[:SHOWN_GROUPS],
        "problems": [(one, told(one)) for one in preview.problems[:SHOWN_PROBLEMS]],
        "more_problems": max(0, len(preview.problems) - SHOWN_PROBLEMS),
        "orders": [
            (DateOrder.DAY_FIRST, _("day, month, year")),
            (DateOrder.MONTH_FIRST, _("month, day, year")),
        ],
    }


def _choice(name: str, choices: Choices, mapped: dict[int, Customer]) -> Customer | None:
    return mapped.get(choices.customers.get(name, 0))
