"""Set up and change what documents are made of."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from facturier.audit import operations as audit
from facturier.catalogue.models import GLAccount, Product, Role, TaxCode, TaxComponent, TaxRate
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused

_CODE = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,19}")
_LONGEST_NAME = 60
_LANGUAGES = ("fr", "it", "de", "en")


@operation("catalogue.change")
def seed(organisation: Organisation, *, actor: Actor) -> None:
    """Give a new organisation the GL accounts and tax codes of its region."""
    rules = organisation.rules
    seen_roles: set[str] = set()
    accounts: dict[str, GLAccount] = {}
    for seed in rules.accounts:
        accounts[seed.code] = GLAccount(
            organisation=organisation,
            code=seed.code,
            labels=dict(seed.labels),
            role=seed.role,
            nature=seed.nature,
            is_default=seed.role not in seen_roles,
        )
        seen_roles.add(seed.role)
    GLAccount.objects.bulk_create(accounts.values())
    codes, components, rates = [], [], []
    for position, code_seed in enumerate(rules.tax_codes):
        code = TaxCode(
            organisation=organisation,
            code=code_seed.code,
            labels=dict(code_seed.labels),
            is_default=position == 0,
            position=position,
        )
        codes.append(code)
        for place, part in enumerate(code_seed.components):
            component = TaxComponent(
                organisation=organisation,
                tax_code=code,
                position=place,
                scheme=part.scheme,
                category=part.category,
                labels=dict(part.labels),
                account=accounts[part.account],
                exemption_reasons=dict(part.exemption_reason or {}),
                exemption_code=part.exemption_code,
            )
            components.append(component)
            rates += [
                TaxRate(
                    organisation=organisation,
                    component=component,
                    valid_from=rate.valid_from,
                    percent=rate.percent,
                )
                for rate in part.rates
            ]
    TaxCode.objects.bulk_create(codes)
    TaxComponent.objects.bulk_create(components)
    TaxRate.objects.bulk_create(rates)
    audit.record("catalogue.seeded", organisation, region=rules.code)


@operation("catalogue.change")
def add_tax_code(
    organisation: Organisation,
    *,
    actor: Actor,
    code: str,
    name: str,
    percent: Decimal,
    valid_from: date,
    reason: str = "",
) -> TaxCode:
    """Write down a tax of the seller's own: a state's sales tax, a country's VAT.

    It is the tax of the region (VAT, SALES, …) on the usual account, named alike in every language. At
    zero per cent it is exempt for the `reason` given, or zero-rated without one. Raises Refused for a code
    that is taken or has no letters, a name that is missing, or what is no percentage.
    """
    code = code.strip().upper()
    name, reason = " ".join(name.split()), " ".join(reason.split())
    if not _CODE.fullmatch(code):
        raise Refused("A tax code has 1 to 20 letters, digits, dots and hyphens.", field="code")
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Refused("Name the tax, in 60 characters at most.", field="name")
    if reason and percent:
        raise Refused("A tax that is charged has no exemption reason.", field="reason")
    _must_be_percentage(percent)
    if TaxCode.objects.filter(code=code).exists():
        raise Refused("There is a tax code “%(code)s” already.", field="code", values={"code": code})
    labels = dict.fromkeys(_LANGUAGES, name)
    row = TaxCode.objects.create(
        organisation=organisation, code=code, labels=labels, position=TaxCode.objects.count()
    )
    component = TaxComponent.objects.create(
        organisation=organisation,
        tax_code=row,
        scheme=organisation.rules.tax_codes[0].components[0].scheme,
        category="S" if percent else "E" if reason else "Z",
        labels=labels,
        account=GLAccount.objects.get(role=Role.TAX, is_default=True),
        exemption_reasons=dict.fromkeys(_LANGUAGES, reason) if reason else {},
    )
    TaxRate.objects.create(
        organisation=organisation, component=component, valid_from=valid_from, percent=percent
    )
    audit.record("taxcode.added", row, code=code)
    return row


@operation("catalogue.change")
def add_tax_rate(tax_code: TaxCode, *, actor: Actor, percent: Decimal, valid_from: date) -> TaxRate:
    """Let a rate apply from a day on; documents issued before keep theirs.

    Raises Refused where the code has several taxes or charges none, or a rate from that very day.
    """
    _must_be_percentage(percent)
    components = list(tax_code.components.all())
    if len(components) != 1 or components[0].category != "S":
        raise Refused("Only a tax code of one tax that is charged can get another rate.", field="code")
    if not percent:
        raise Refused("A tax that is charged is above zero: add another code instead.", field="percent")
    rate, is_new = TaxRate.objects.get_or_create(
        component=components[0],
        valid_from=valid_from,
        defaults={"organisation_id": tax_code.organisation_id, "percent": percent},
    )
    if not is_new:
        raise Refused(
            "There is a rate from %(date)s on already.", field="valid_from", values={"date": valid_from}
        )
    audit.record("taxcode.rate_added", tax_code, percent=str(percent), valid_from=valid_from.isoformat())
    return rate


@operation("catalogue.change")
def make_default(tax_code: TaxCode, *, actor: Actor) -> TaxCode:
    """Let new lines start with this tax code where neither customer nor product has one."""
    if not tax_code.is_default:
        TaxCode.objects.filter(is_default=True).update(is_default=False)
        tax_code.is_default = True
        tax_code.save(update_fields=["is_default"])
        audit.record("taxcode.made_default", tax_code, code=tax_code.code)
    return tax_code


def _must_be_percentage(percent: Decimal) -> None:
    exponent = percent.as_tuple().exponent
    if not 0 <= percent <= 100 or not isinstance(exponent, int) or exponent < -4:
        raise Refused("A rate is a percentage from 0 to 100 with four decimals at most.", field="percent")


@operation("catalogue.change")
def add_product(organisation: Organisation, *, actor: Actor, code: str, **fields: Any) -> Product:
    """Offer a product. Raises Refused when its code is taken."""
    if Product.objects.filter(code=code).exists():
        raise Refused(
            "There is a product with the code “%(code)s” already.",
            field="code",
            values={"code": code},
        )
    product = Product.objects.create(organisation=organisation, code=code, **fields)
    audit.record("product.added", product, code=code)
    return product
