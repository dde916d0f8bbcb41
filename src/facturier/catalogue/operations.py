"""Set up and change what documents are made of."""

from __future__ import annotations

from typing import Any

from facturier.audit import operations as audit
from facturier.catalogue.models import GLAccount, Product, TaxCode, TaxComponent, TaxRate
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused


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
