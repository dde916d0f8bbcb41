"""The PDFs of several documents as one file: what it would hold, how far it is, and the file itself."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from facturier.batches import queries as batches
from facturier.batches.models import Batch
from facturier.delivery.bundles import files, making, operations, queries
from facturier.delivery.models import Bundle, Form
from facturier.rules.refusal import Refused
from facturier.web.billing import asking
from facturier.web.delivery.places import document_url, url
from facturier.web.pages import page
from facturier.web.refusals import refusal_text, refusals_as_messages
from facturier.web.speech import remaining_text

AT_ONCE = 20  # so many are written while the browser waits
TYPES = {Form.ZIP: "application/zip", Form.MERGED: "application/pdf"}


@page("delivery.bundle")
@require_POST
def of_selected(request: Any) -> HttpResponseBase:
    """Offer the files of the documents that were ticked, in the order of their list."""
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) <= 18]
    return _offer(request, queries.keys_of(ticked), posted=True)


@page("delivery.bundle")
@require_http_methods(["GET", "HEAD", "POST"])
def of_matching(request: Any) -> HttpResponseBase:
    """Offer the files of all documents that a list shows; its address says which."""
    today = timezone.localdate()
    question = asking.read(request.GET, currency=request.organisation.currency, today=today)
    keys = queries.keys_matching(
        question.chosen, today=today, sort=question.sort, descending=question.descending
    )
    return _offer(request, keys)


@page("delivery.bundle")
@require_http_methods(["GET", "HEAD", "POST"])
def of_batch(request: Any, pk: int) -> HttpResponseBase:
    """Offer the files of all documents of a batch."""
    batch = get_object_or_404(Batch.objects, pk=pk)
    rows = batches.documents(batch).order_by("reference")
    return _offer(request, list(rows.values_list("pk", flat=True)))


def _offer(request: Any, keys: Sequence[int], *, posted: bool = False) -> HttpResponseBase:
    """Ask for the form of the file, or make it: few documents at once, many in the background.

    Raises Refused for none and for too many.
    """
    if not keys:
        raise Refused("Select at least one document.", field="pk")
    if len(keys) > operations.AT_MOST:
        raise Refused(
            "Select at most %(most)s documents at once.", field="pk", values={"most": operations.AT_MOST}
        )
    form = request.POST.get("form")
    if form not in Form.values:
        values: dict[str, Any] = {
            "count": len(keys),
            "keys": keys if posted else (),
            "action": request.get_full_path(),
            "waits": len(keys) > AT_ONCE,
            "forms": Form,
            "part": "delivery/bundle_new.html",
        }
        return render(request, values["part"] if request.htmx else "billing/bulk_page.html", values)
    if len(keys) <= AT_ONCE:
        return _written(request, keys, Form(form))
    bundle = operations.order(
        request.organisation, actor=request.actor, keys=keys, form=Form(form), now=timezone.now()
    )
    return HttpResponseRedirect(url(request, "bundle", pk=bundle.pk))


def _written(request: Any, keys: Sequence[int], form: Form) -> HttpResponseBase:
    """Write the file while the browser waits. Raises Refused where one document has no PDF."""
    now = timezone.now()
    file = io.BytesIO()
    left_out = making.write_all(request.organisation, keys, form=form, file=file, now=now)
    if left_out:
        values = {"name": left_out[0].name, "reason": left_out[0].refusal}
        raise Refused("%(name)s has no PDF: %(reason)s", values=values)
    size = file.tell()
    file.seek(0)
    return _answer(request, file, form, size=size)


def _answer(request: Any, file: Any, form: str, *, size: int) -> HttpResponseBase:
    name = f"{request.organisation.slug}-{_('documents')}-{timezone.localdate()}.{form}"
    headers = {"Content-Length": str(size), "Cache-Control": "no-store"}
    return FileResponse(
        file, as_attachment=True, filename=name, content_type=TYPES[Form(form)], headers=headers
    )


@page("delivery.bundle")
@require_safe
def show_bundle(request: Any, pk: int) -> HttpResponse:
    """Show how far a file is, or that it can be taken; htmx asks for the progress bar alone."""
    bundle = get_object_or_404(Bundle.objects.defer("keys"), pk=pk)
    if request.htmx and not bundle.is_active:
        return HttpResponse("", headers={"HX-Refresh": "true"})
    now = timezone.now()
    values = {
        "bundle": bundle,
        "is_kept": bundle.is_kept(now),
        "is_merged": bundle.form == Form.MERGED,
        "here": url(request, "bundle", pk=pk),
        "remaining": remaining_text(bundle, now=now),
        "left_out": [_left(request, one) for one in bundle.left_out],
    }
    return render(request, f"delivery/{'bundle_progress' if request.htmx else 'bundle'}.html", values)


def _left(request: Any, one: dict[str, Any]) -> dict[str, str]:
    return {
        "name": one["name"] or _("A deleted draft"),
        "url": document_url(request, one["invoice"]) if one["name"] else "",
        "reason": refusal_text(Refused(one["reason"], values=one["values"])),
    }


@page("delivery.bundle")
@require_safe
def download(request: Any, pk: int) -> HttpResponseBase:
    """Hand out a finished file. Raises Refused once it is gone."""
    bundle = get_object_or_404(Bundle.objects.defer("keys"), pk=pk)
    try:
        if not bundle.is_kept(timezone.now()):
            raise FileNotFoundError
        file = files.path_of(bundle).open("rb")
    except FileNotFoundError as error:
        raise Refused("This file is not kept any more: make it again.") from error
    response = _answer(request, file, bundle.form, size=bundle.size)
    digest = b64encode(bytes.fromhex(bundle.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530
    return response


@page("delivery.bundle")
@require_POST
def stop(request: Any, pk: int) -> HttpResponse:
    """Stop making a file; the progress bar asks, or a form."""
    bundle = get_object_or_404(Bundle.objects, pk=pk)
    with refusals_as_messages(request) as done:
        operations.stop(bundle, actor=request.actor, now=timezone.now())
    if done:
        messages.success(request, _("Making the file was stopped."))
    if request.htmx:
        return HttpResponse("", headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(url(request, "bundle", pk=pk))


@page("delivery.bundle")
@require_POST
def again(request: Any, pk: int) -> HttpResponse:
    """Make a file anew that failed, was stopped, or is gone."""
    bundle = get_object_or_404(Bundle.objects, pk=pk)
    with refusals_as_messages(request):
        operations.again(bundle, actor=request.actor, now=timezone.now())
    return HttpResponseRedirect(url(request, "bundle", pk=pk))
