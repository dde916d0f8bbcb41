"""Verify what must not have changed."""

from __future__ import annotations

import argparse
import sys

from facturier.cli.arguments import Commands


def add_to(commands: Commands) -> None:
    audit = commands.add_parser("audit", help="verify the audit log")
    actions = audit.add_subparsers(title="actions", metavar="ACTION", required=True)
    verify = actions.add_parser(
        "verify",
        help="walk the chain of events and say whether it is whole",
        description="Walk the chain of every seller, or of one; compare documents with their hashes, and "
        "what was paid on them with their payments. Write the head down elsewhere: given back "
        "as --anchor it also finds a chain that was rewritten from end to end.",
    )
    verify.add_argument("--organisation", metavar="SLUG", help="one seller only")
    verify.add_argument("--anchor", default="", metavar="HASH", help="a head written down earlier")
    verify.set_defaults(run=_verify)


def _verify(chosen: argparse.Namespace) -> int:
    from facturier.audit.queries import verify
    from facturier.invoices.queries import changed_documents
    from facturier.organisations.access import organisation
    from facturier.organisations.models import Organisation
    from facturier.organisations.tenancy import scope
    from facturier.payments.queries import disagreements
    from facturier.rules.refusal import Refused

    if chosen.anchor and not chosen.organisation:
        raise Refused("An anchor belongs to one seller: name it with --organisation.", field="anchor")
    sellers = (
        [organisation(chosen.organisation)]
        if chosen.organisation
        else list(Organisation.objects.order_by("slug"))
    )
    whole = True
    for seller in sellers:
        with scope(seller.pk):
            verdict = verify(seller.pk, anchor=chosen.anchor)
            changed = changed_documents()
            differing = list(disagreements())
        if verdict.whole:
            print(f"{seller.slug}: whole, {verdict.events} events, head {verdict.head or '–'}")
        else:
            print(f"{seller.slug}: BROKEN at event {verdict.broken_at}: {verdict.reason}", file=sys.stderr)
        for number in changed:
            print(f"{seller.slug}: CHANGED document {number}: not what was issued", file=sys.stderr)
        for one in differing:
            print(f"{seller.slug}: DIFFERS from its payments: {one}", file=sys.stderr)
        whole = whole and verdict.whole and not changed and not differing
    return 0 if whole else 1
