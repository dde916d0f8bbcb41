"""Set up sellers and the people who sign in."""

from __future__ import annotations

import argparse
import getpass
import sys

from facturier.cli.arguments import Commands


def add_to(commands: Commands) -> None:
    organisation = commands.add_parser("organisation", help="create a seller, list them, set a plan")
    actions = organisation.add_subparsers(title="actions", metavar="ACTION", required=True)

    create = actions.add_parser("create", help="create a seller with its region's accounts and tax codes")
    create.add_argument("slug", help="short name, part of its address in the browser")
    create.add_argument(
        "--region",
        required=True,
        help="FR, DE, IT, CA-QC, CA, GB, US, or the two letters of any other country",
    )
    create.add_argument("--currency", help="three letters; the country's own without it")
    create.add_argument("--legal-name", required=True)
    create.set_defaults(run=_create)

    actions.add_parser("list", help="list the sellers").set_defaults(run=_list)

    plan = actions.add_parser("plan", help="put a seller on a plan; on trial nothing can be e-mailed")
    plan.add_argument("slug")
    plan.add_argument("plan", choices=["trial", "subscribed"])
    plan.set_defaults(run=_plan)

    user = commands.add_parser("user", help="add somebody who signs in")
    actions = user.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add an administrator of a seller; asks for the password")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--organisation", required=True, metavar="SLUG")
    add.add_argument("--language", choices=["fr", "it", "de", "en"], default="en")
    add.set_defaults(run=_add_user)

    one_step = actions.add_parser(
        "one-step", help="take off the second step of somebody who has lost phone, passkeys and codes"
    )
    one_step.add_argument("email")
    one_step.set_defaults(run=_one_step)


def _create(chosen: argparse.Namespace) -> None:
    from facturier.organisations import operations

    given = {"currency": chosen.currency.upper()} if chosen.currency else {}
    row = operations.create(
        slug=chosen.slug, region=chosen.region.upper(), legal_name=chosen.legal_name, **given
    )
    print(f"{row.name} was created: /{row.slug}/")


def _list(chosen: argparse.Namespace) -> None:
    from facturier.organisations.models import Organisation

    for row in Organisation.objects.order_by("slug"):
        print(f"{row.slug}\t{row.region}\t{row.plan}\t{row.legal_name}")


def _plan(chosen: argparse.Namespace) -> None:
    from facturier.organisations import operations
    from facturier.organisations.access import organisation
    from facturier.organisations.models import Plan

    row = operations.set_plan(organisation=organisation(chosen.slug), plan=Plan(chosen.plan))
    print(f"{row.name} is on the plan “{row.plan}”.")


def _add_user(chosen: argparse.Namespace) -> None:
    from facturier.organisations import operations
    from facturier.organisations.access import Actor, organisation

    seller = organisation(chosen.organisation)
    user = operations.add_user(
        email=chosen.email, name=chosen.name, password=_password(), language=chosen.language
    )
    operations.add_member(seller, actor=Actor.system(seller.pk), user=user, is_admin=True)
    print(f"{user.name} signs in as {user.email}.")


def _one_step(chosen: argparse.Namespace) -> None:
    from facturier.organisations.models import User
    from facturier.people import operations
    from facturier.rules.refusal import Refused

    user = User.objects.filter(email__iexact=chosen.email).first()
    if user is None:
        raise Refused("Nobody signs in as %(email)s.", field="email", values={"email": chosen.email})
    if operations.forget_second_factors(user=user):
        print(f"{user.email} signs in by password alone now.")
    else:
        print(f"{user.email} had no second step.")


def _password() -> str:
    """Ask for a password twice, or read a line where nobody sits at a terminal. Raises Refused."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from facturier.rules.refusal import Refused

    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise Refused("The two passwords differ.", field="password")
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise Refused(" ".join(error.messages).replace("%", "%%"), field="password") from error
    return password
