"""Look at documents, and write their files."""

from __future__ import annotations

import argparse
import json

from facturier.cli import papers
from facturier.cli.arguments import Commands, add_organisation, add_output, add_period, opened


def add_to(commands: Commands) -> None:
    invoice = commands.add_parser("invoice", help="show an issued document, or write its PDF")
    actions = invoice.add_subparsers(title="actions", metavar="ACTION", required=True)

    show = actions.add_parser("show", help="write the document as it was issued, in JSON")
    show.add_argument("number", help="as on the document: F2026-00042")
    add_organisation(show)
    show.set_defaults(run=_show)

    pdf = actions.add_parser("pdf", help="write the PDFs that are kept, rendering them the first time")
    papers.add_to(pdf)

    journal = commands.add_parser("journal", help="write the journal of the documents issued in a period")
    add_organisation(journal)
    add_period(journal)
    add_output(journal)
    journal.add_argument("--format", choices=["csv", "xlsx"], default="csv")
    journal.set_defaults(run=_journal)


def _show(chosen: argparse.Namespace) -> None:
    from facturier.organisations.access import organisation
    from facturier.organisations.tenancy import scope

    seller = organisation(chosen.organisation)
    with scope(seller.pk):
        issued = papers.find(chosen.number).issued
    document = {"sha256": issued.sha256, "document": json.loads(issued.canonical)}
    print(json.dumps(document, ensure_ascii=False, indent=2))


def _journal(chosen: argparse.Namespace) -> None:
    from django.utils import translation

    from facturier.accounting import operations, queries
    from facturier.accounting.files import journal
    from facturier.organisations.access import Actor, organisation
    from facturier.organisations.tenancy import scope

    seller = organisation(chosen.organisation)
    with scope(seller.pk), translation.override(seller.language), opened(chosen.output) as file:
        found = operations.export_journal(
            seller,
            actor=Actor.system(seller.pk),
            since=chosen.since,
            until=chosen.until,
            format=chosen.format,
        )
        write = journal.to_xlsx if chosen.format == "xlsx" else journal.to_csv
        file.writelines(write(found, names=queries.account_names(seller.language)))
