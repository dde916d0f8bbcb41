"""Write down the taxes that a seller charges, beside those of its region."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from facturier.cli.arguments import Commands, day

if TYPE_CHECKING:
    from facturier.catalogue.models import TaxCode


def add_to(commands: Commands) -> None:
    tax_code = commands.add_parser("tax-code", help="list a seller's tax codes, add one, change its rate")
    actions = tax_code.add_subparsers(title="actions", metavar="ACTION", required=True)

    shown = actions.add_parser("list", help="list tax codes with their rates")
    shown.add_argument("organisation", metavar="SLUG")
    shown.set_defaults(run=_list)

    add = actions.add_parser("add", help="add a tax code, e.g. the sales tax of a state")
    _name(add)
    add.add_argument("--name", required=True, help="as documents print it")
    _rate(add)
    add.add_argument("--reason", default="", help="why no tax is charged, where the rate is 0")
    add.set_defaults(run=_add)

    rate = actions.add_parser("rate", help="let another rate apply from a day on")
    _name(rate)
    _rate(rate)
    rate.set_defaults(run=_add_rate)

    default = actions.add_parser("default", help="start new lines with this tax code")
    _name(default)
    default.set_defaults(run=_make_default)


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("organisation", metavar="SLUG")
    parser.add_argument("code")


def _rate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--percent", required=True, type=_percent, help="e.g. 8.875")
    parser.add_argument(
        "--from", required=True, type=day, dest="valid_from", metavar="DATE", help="the first day of the rate"
    )


def _percent(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not value.is_finite():
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return value


def _list(chosen: argparse.Namespace) -> None:
    from facturier.catalogue.models import TaxCode
    from facturier.organisations.access import organisation
    from facturier.organisations.tenancy import scope

    with scope(organisation(chosen.organisation).pk):
        for code in TaxCode.objects.prefetch_related("components__rates"):
            rates = " + ".join(
                " ".join(f"{rate.percent.normalize():f} % from {rate.valid_from}" for rate in one.rates.all())
                for one in code.components.all()
            )
            mark = "default" if code.is_default else ""
            print(f"{code.code}\t{code.label('en')}\t{rates}\t{mark}")


def _add(chosen: argparse.Namespace) -> None:
    from facturier.catalogue import operations
    from facturier.organisations.access import Actor, organisation

    seller = organisation(chosen.organisation)
    row = operations.add_tax_code(
        seller,
        actor=Actor.system(seller.pk),
        code=chosen.code,
        name=chosen.name,
        percent=chosen.percent,
        valid_from=chosen.valid_from,
        reason=chosen.reason,
    )
    print(f"The tax code {row.code} was added.")


def _add_rate(chosen: argparse.Namespace) -> None:
    from facturier.catalogue import operations
    from facturier.organisations.access import Actor

    row = _found(chosen)
    actor = Actor.system(row.organisation_id)
    operations.add_tax_rate(row, actor=actor, percent=chosen.percent, valid_from=chosen.valid_from)
    print(f"{row.code} is {chosen.percent:f} % from {chosen.valid_from} on.")


def _make_default(chosen: argparse.Namespace) -> None:
    from facturier.catalogue import operations
    from facturier.organisations.access import Actor

    row = _found(chosen)
    operations.make_default(row, actor=Actor.system(row.organisation_id))
    print(f"New lines start with {row.code}.")


def _found(chosen: argparse.Namespace) -> TaxCode:
    """Return the tax code that was named. Raises Refused where there is none."""
    from facturier.catalogue.models import TaxCode
    from facturier.organisations.access import organisation
    from facturier.organisations.tenancy import scope
    from facturier.rules.refusal import Refused

    with scope(organisation(chosen.organisation).pk):
        row = TaxCode.objects.filter(code=chosen.code.upper()).first()
    if row is None:
        raise Refused("There is no tax code “%(code)s”.", field="code", values={"code": chosen.code})
    return row
