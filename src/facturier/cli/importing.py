"""Bring in work from files."""

from __future__ import annotations

import argparse
import sys

from facturier.cli.arguments import Commands, add_organisation, existing_file


def add_to(commands: Commands) -> None:
    importing = commands.add_parser("import", help="bring in work from a file")
    kinds = importing.add_subparsers(title="kinds", metavar="KIND", required=True)
    time = kinds.add_parser(
        "time",
        help="time from Clockify, Toggl Track, Harvest or Kimai",
        description="Import the detailed time export of Clockify, Toggl Track, Harvest or Kimai: all of it "
        "or nothing. The same file a second time adds nothing.",
    )
    time.add_argument("file", type=existing_file, metavar="FILE")
    add_organisation(time)
    time.add_argument(
        "--dates",
        choices=["day-first", "month-first"],
        help="how to read 03/04/2026 where the file leaves it open",
    )
    time.add_argument("--no-new-customers", action="store_true", help="refuse names that no customer has yet")
    time.add_argument("--preview", action="store_true", help="say what would be imported, and import nothing")
    time.set_defaults(run=_time)


def _time(chosen: argparse.Namespace) -> int | None:
    from facturier.organisations.access import Actor, organisation
    from facturier.organisations.tenancy import scope
    from facturier.rules.refusal import Refused
    from facturier.work import importing
    from facturier.work.importers import DateOrder

    orders = {"day-first": DateOrder.DAY_FIRST, "month-first": DateOrder.MONTH_FIRST, None: None}
    choices = importing.Choices(date_order=orders[chosen.dates], new_customers=not chosen.no_new_customers)
    seller = organisation(chosen.organisation)
    data = chosen.file.read_bytes()
    with scope(seller.pk):
        found = importing.preview(seller, data, choices=choices)
    for problem in found.problems:
        refusal = Refused(problem.message, values=problem.values)
        print(f"{chosen.file}: row {problem.row}, {problem.column}: {refusal}", file=sys.stderr)
    if found.problems:
        raise Refused("Nothing was imported: mend the file, or choose other options.", field="file")
    if chosen.preview:
        new = found.rows - found.known
        print(f"{found.source}: {found.rows} rows, {new} new, {found.known} known.")
        for group in found.by_customer:
            known = "" if group.customer or not group.name else " (a new customer)"
            print(f"  {group.name or 'without customer'}{known}: {group.seconds / 3600:.2f} h")
        return None
    done = importing.import_time(
        seller, data, actor=Actor.system(seller.pk), file_name=chosen.file.name, choices=choices
    )
    print(f"{done.added} time entries were added, {done.known} were known already.")
    if found.without_customer:
        print(f"{found.without_customer} of the rows wait for a customer before they are billed.")
    return None
