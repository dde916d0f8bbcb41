"""Write the PDF of one document, or those of many into one file."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from facturier.cli.arguments import add_organisation, add_output, day, opened

if TYPE_CHECKING:
    from facturier.invoices.models import Invoice
    from facturier.invoices.queries import Filter


def add_to(pdf: argparse.ArgumentParser) -> None:
    which = pdf.add_mutually_exclusive_group(required=True)
    which.add_argument("number", nargs="?", help="one document, as on it: F2026-00042")
    which.add_argument("--all", action="store_true", help="all documents, the newest first, closed ones too")
    which.add_argument("--batch", metavar="NAME", help="the documents of a batch")
    which.add_argument(
        "--filter",
        nargs="+",
        metavar="NAME=VALUE",
        help="what a list shows: status, kind, batch, from, until (days) or search, e.g. status=final",
    )
    add_organisation(pdf)
    add_output(pdf)
    into = pdf.add_mutually_exclusive_group()
    into.add_argument("--zip", metavar="OUT", help="several documents: an archive of one PDF each")
    into.add_argument("--merged", metavar="OUT", help="several documents: one PDF for printing, not PDF/A")
    pdf.set_defaults(run=_run)


def find(number: str) -> Invoice:
    """Return the issued document of a number. Raises Refused where there is none."""
    from facturier.invoices.models import Invoice
    from facturier.rules.refusal import Refused

    found = Invoice.objects.filter(number__iexact=number).first()
    if found is None:
        raise Refused(
            "No issued document has the number “%(number)s”.", field="number", values={"number": number}
        )
    return found


def _run(chosen: argparse.Namespace) -> None:
    if chosen.number:
        _one(chosen)
    else:
        _many(chosen)


def _one(chosen: argparse.Namespace) -> None:
    from django.utils import timezone

    from facturier.delivery.papers import pdf_of
    from facturier.organisations.access import organisation
    from facturier.organisations.tenancy import scope

    seller = organisation(chosen.organisation)
    with scope(seller.pk):
        invoice = find(chosen.number)
    kept = pdf_of(invoice, now=timezone.now())
    with opened(chosen.output) as file:
        file.write(kept.content)


def _many(chosen: argparse.Namespace) -> None:
    from django.utils import timezone

    from facturier.delivery.bundles import making, queries
    from facturier.delivery.models import Form
    from facturier.organisations.access import organisation
    from facturier.organisations.tenancy import scope
    from facturier.rules.refusal import Refused

    if not (chosen.zip or chosen.merged):
        raise Refused("Say where to write several documents: --zip OUT or --merged OUT.", field="zip")
    seller, now = organisation(chosen.organisation), timezone.now()
    with scope(seller.pk):
        keys = queries.keys_matching(_filter(chosen), today=timezone.localdate(now), at_most=None)
    if not keys:
        raise Refused("No document matches.", field="filter")
    form = Form.ZIP if chosen.zip else Form.MERGED
    with opened(chosen.zip or chosen.merged) as file:
        left_out = making.write_all(seller, keys, form=form, file=file, now=now)
    for paper in left_out:
        print(f"{paper.name or paper.pk}: {paper.refusal}", file=sys.stderr)
    print(f"{len(keys) - len(left_out)} of {len(keys)} documents", file=sys.stderr)


def _filter(chosen: argparse.Namespace) -> Filter:
    from facturier.invoices.queries import Filter

    if chosen.batch:
        return Filter(batch_name=chosen.batch, closed_too=True)
    return Filter(closed_too=True) if chosen.all else Filter(**dict(map(_condition, chosen.filter)))


def _condition(text: str) -> tuple[str, Any]:
    """Read one NAME=VALUE. Raises Refused for a name that there is not, and a value that it cannot have."""
    from facturier.rules.document import Kind
    from facturier.rules.lifecycle import Status
    from facturier.rules.refusal import Refused

    name, _, value = text.partition("=")
    try:
        match name:
            case "status":
                return "statuses", tuple(Status(one) for one in value.split(","))
            case "kind":
                return "kinds", tuple(Kind(one) for one in value.split(","))
            case "batch":
                return "batch_name", value
            case "from":
                return "since", day(value)
            case "until":
                return "until", day(value)
            case "search":
                return "search", value
    except (ValueError, argparse.ArgumentTypeError) as error:
        raise Refused(
            "“%(text)s”: %(error)s", field="filter", values={"text": text, "error": error}
        ) from None
    raise Refused(
        "“%(text)s” is no filter: write NAME=VALUE with status, kind, batch, from, until or search.",
        field="filter",
        values={"text": text},
    )
