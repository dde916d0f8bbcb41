"""The list of documents as a file: all that the filter shows, read a thousand at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from facturier.invoices import queries
from facturier.invoices.models import KINDS
from facturier.invoices.queries import Row
from facturier.rules.money import minor_digits
from facturier.storage.tables import CSV, XLSX, Cell, csv_chunks, xlsx_chunks
from facturier.web.billing import asking
from facturier.web.billing.asking import Question
from facturier.web.pages import page
from facturier.web.templatetags.words import STATUS

AT_ONCE = 1_000


@page("view")
@require_safe
def as_csv(request: Any) -> HttpResponse:
    return _answer(request, CSV, "csv", csv_chunks)


@page("view")
@require_safe
def as_xlsx(request: Any) -> HttpResponse:
    decimals = minor_digits(request.organisation.currency)
    title = _("Documents")

    def write(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
        return xlsx_chunks(title, heads, rows, decimals=decimals)

    return _answer(request, XLSX, "xlsx", write)


def _answer(
    request: Any,
    content_type: str,
    ending: str,
    write: Callable[[Sequence[str], Iterable[Sequence[Cell]]], Iterator[bytes]],
) -> Any:
    """Stream the file. What is translated is translated here: the stream runs in nobody's language."""
    today = timezone.localdate()
    question = asking.read(request.GET, currency=request.organisation.currency, today=today)
    words = _Words()
    rows = (words.cells(row) for row in _rows(question))
    name = f"{request.organisation.slug}-{_('documents')}-{today.isoformat()}.{ending}"
    response = StreamingHttpResponse(write(words.heads, rows), content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _rows(question: Question) -> Iterator[Row]:
    """Read page after page by key, so that memory holds one of them only."""
    today = timezone.localdate()
    after = ""
    while True:
        page_ = queries.documents(
            question.chosen,
            today=today,
            sort=question.sort,
            descending=question.descending,
            after=after,
            limit=AT_ONCE,
        )
        yield from page_.rows
        if not page_.after:
            return
        after = page_.after


class _Words:
    """What is written into every row, in the reader's language."""

    def __init__(self) -> None:
        self.heads = [
            *(_("Number"), _("Draft"), _("Kind"), _("Date"), _("Due date"), _("Customer"), _("Batch")),
            *(_("Currency"), _("Amount"), _("Balance"), _("Status"), _("Days overdue")),
        ]
        self._kinds = {kind: str(words) for kind, words in KINDS}
        self._statuses = {status: str(words) for status, (words, _tone) in STATUS.items()}

    def cells(self, row: Row) -> list[Cell]:
        digits = minor_digits(row.currency)
        return [
            row.number,
            row.reference,
            self._kinds[row.kind],
            row.issue_date,
            row.due_date,
            row.customer,
            row.batch_name,
            row.currency,
            Decimal(row.gross_minor).scaleb(-digits),
            None if row.is_draft else Decimal(row.balance_minor).scaleb(-digits),
            self._statuses[row.status],
            row.days_overdue or None,
        ]
