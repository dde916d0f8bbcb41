"""Name batches, and work in the sentences of refusals."""

from __future__ import annotations

from collections.abc import Sequence

from babel.dates import format_interval

from facturier.rules.billing import Fee, Spending, Time, Work, period_words
from facturier.rules.periods import Cycle, FeePeriod, Span, period_of

_SHOWN = 5


def default_name(billing: Span, language: str, *, taken: set[str]) -> str:
    """Name a batch by its period, “March 2026”, with a count where the name is taken: “March 2026 (2)”."""
    for cycle in Cycle:
        if period_of(cycle, billing.start) == billing:
            plain = period_words(FeePeriod(billing, billing), cycle, language)
            break
    else:
        plain = format_interval(billing.start, billing.last, "yMMMd", locale=language)
    plain = plain[:1].upper() + plain[1:]
    name, count = plain, 1
    while name in taken:
        count += 1
        name = f"{plain} ({count})"
    return name


def named_works(works: Sequence[Work]) -> str:
    """List some work by its tickets, contracts and projects, the first few of it."""
    names = list(dict.fromkeys(map(_name, works)))
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _name(work: Work) -> str:
    if isinstance(work, Fee):
        return f"{work.terms.name} ({work.period.span.start} – {work.period.span.last})"
    if isinstance(work, Time | Spending) and work.ticket is not None:
        return f"{work.ticket.number} – {work.ticket.title}"
    if isinstance(work, Time):
        return work.project or work.task or work.description or str(work.day)
    return work.description
