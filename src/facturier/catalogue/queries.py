"""Read the catalogue in the form that the rules use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from facturier.catalogue.models import GLAccount, Role, TaxCode, TaxComponent
from facturier.rules.document import Tax
from facturier.rules.refusal import Refused
from facturier.rules.regions.base import words


@dataclass(slots=True)
class TaxTable:
    """The organisation's tax codes, read once, and the taxes that each means on a day.

    `taxes(…)` gives the same tuple object for the same question, so that totals group by it quickly.
    """

    codes: dict[int, str]
    components: dict[int, list[TaxComponent]]
    accounts: dict[int, str]
    _known: dict[tuple[int, date, str], tuple[Tax, ...]] = field(default_factory=dict)

    def code(self, tax_code_id: int | None) -> str:
        return self.codes[tax_code_id] if tax_code_id is not None else ""

    def account(self, account_id: int | None) -> str:
        return self.accounts[account_id] if account_id is not None else ""

    def taxes(self, tax_code_id: int | None, *, on: date, language: str) -> tuple[Tax, ...]:
        """Return the components of a tax code as they stand on a day.

        Raises Refused where a component has no rate on that day.
        """
        if tax_code_id is None:
            return ()
        key = (tax_code_id, on, language)
        if key not in self._known:
            self._known[key] = tuple(
                self._tax(one, tax_code_id, on, language) for one in self.components[tax_code_id]
            )
        return self._known[key]

    def _tax(self, component: TaxComponent, tax_code_id: int, on: date, language: str) -> Tax:
        rates = [rate for rate in component.rates.all() if rate.valid_from <= on]
        if not rates:
            raise Refused(
                "The tax code “%(code)s” has no rate on %(date)s.",
                field="tax_code",
                values={"code": self.codes[tax_code_id], "date": on},
            )
        reasons = component.exemption_reasons
        return Tax(
            scheme=component.scheme,
            category=component.category,
            rate=max(rates, key=lambda rate: rate.valid_from).percent,
            label=words(component.labels, language),
            account=self.accounts[component.account_id],
            exemption_reason=words(reasons, language) if reasons else "",
        )


def tax_table() -> TaxTable:
    """Read the tax codes and GL accounts of the active organisation: four queries, whatever their number."""
    components: dict[int, list[TaxComponent]] = {}
    for component in TaxComponent.objects.prefetch_related("rates").order_by("position"):
        components.setdefault(component.tax_code_id, []).append(component)
    codes = dict(TaxCode.objects.values_list("pk", "code"))
    return TaxTable(
        codes=codes,
        components={pk: components.get(pk, []) for pk in codes},
        accounts=dict(GLAccount.objects.values_list("pk", "code")),
    )


def default_tax_code() -> TaxCode | None:
    return TaxCode.objects.filter(is_default=True).first()


def default_account(role: Role) -> GLAccount | None:
    return GLAccount.objects.filter(role=role, is_default=True).first()
