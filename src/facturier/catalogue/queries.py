"""Read the catalogue in the form that the rules use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from facturier.catalogue.models import GLAccount, Role, TaxCode, TaxComponent, TaxRate
from facturier.organisations.bulk import read_many
from facturier.rules.document import Address, Tax
from facturier.rules.refusal import Refused
from facturier.rules.regions.base import Labels, words


@dataclass(frozen=True, slots=True)
class Component:
    """One tax of a tax code, with its rates by their first day, the latest first."""

    scheme: str
    category: str
    labels: Labels
    account_id: int
    exemption_reasons: Labels
    exemption_code: str
    rates: tuple[tuple[date, Decimal], ...]


@dataclass(slots=True)
class TaxTable:
    """The organisation's tax codes, read once, and the taxes that each means on a day.

    `taxes(…)` gives the same tuple object for the same question, so that totals group by it quickly.
    """

    codes: dict[int, str]
    components: dict[int, list[Component]]
    accounts: dict[int, str]
    natures: dict[int, str]
    _known: dict[tuple[int, date, str], tuple[Tax, ...]] = field(default_factory=dict)

    def code(self, tax_code_id: int | None) -> str:
        return self.codes[tax_code_id] if tax_code_id is not None else ""

    def account(self, account_id: int | None) -> str:
        return self.accounts[account_id] if account_id is not None else ""

    def nature(self, account_id: int | None) -> str:
        """Return what the lines of an account supply, nothing where there is none."""
        return self.natures[account_id] if account_id is not None else ""

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

    def _tax(self, component: Component, tax_code_id: int, on: date, language: str) -> Tax:
        percent = next((percent for start, percent in component.rates if start <= on), None)
        if percent is None:
            raise Refused(
                "The tax code “%(code)s” has no rate on %(date)s.",
                field="tax_code",
                values={"code": self.codes[tax_code_id], "date": on},
            )
        reasons = component.exemption_reasons
        return Tax(
            scheme=component.scheme,
            category=component.category,
            rate=percent,
            label=words(component.labels, language),
            account=self.accounts[component.account_id],
            exemption_reason=words(reasons, language) if reasons else "",
            exemption_code=component.exemption_code,
        )


_RATE = ("component_id", "valid_from", "percent")
_COMPONENT = (
    "id",
    "tax_code_id",
    "scheme",
    "category",
    "labels",
    "account_id",
    "exemption_reasons",
    "exemption_code",
)


def tax_table(tax_code_ids: Collection[int] | None = None) -> TaxTable:
    """Read tax codes and the GL accounts of the active organisation: four queries, whatever their number.

    With `tax_code_ids` the table knows these codes only: one document asks for one or two of many.
    """
    codes: dict[int, str] = dict(read_many(TaxCode, ("id", "code"), keys=tax_code_ids))
    parts = read_many(TaxComponent, _COMPONENT, by="tax_code_id", keys=tax_code_ids, order=("position",))
    rates: dict[int, list[tuple[date, Decimal]]] = {pk: [] for pk, *_ in parts}
    for component_id, valid_from, percent in reversed(
        read_many(TaxRate, _RATE, by="component_id", keys=rates, order=("valid_from",))
    ):
        rates[component_id].append((valid_from, percent))
    components: dict[int, list[Component]] = {pk: [] for pk in codes}
    for pk, tax_code_id, *rest in parts:
        components[tax_code_id].append(Component(*rest, rates=tuple(rates[pk])))
    accounts = read_many(GLAccount, ("id", "code", "nature"))
    return TaxTable(
        codes=codes,
        components=components,
        accounts={pk: code for pk, code, _nature in accounts},
        natures={pk: nature for pk, _code, nature in accounts},
    )


@dataclass(frozen=True, slots=True)
class UsualCodes:
    """The tax code of a customer without one of its own: by the place of supply, else the default."""

    default_id: int | None
    proposes: Callable[[Address], str] | None
    by_code: Mapping[str, int]

    def of(self, *, country: str, subdivision: str) -> int | None:
        """Return the key of the code for a customer at an address."""
        if self.proposes is None:
            return self.default_id
        return self.by_code.get(
            self.proposes(Address(country=country, subdivision=subdivision)), self.default_id
        )


def usual_codes() -> UsualCodes:
    """Read which tax codes are usual for the active organisation: one query, two where places matter.

    A default other than the region's own was chosen by the seller, small suppliers for one: it wins.
    """
    default = TaxCode.objects.filter(is_default=True).select_related("organisation").first()
    if default is None:
        return UsualCodes(None, None, {})
    rules = default.organisation.rules
    if rules.proposes is None or default.code != rules.tax_codes[0].code:
        return UsualCodes(default.pk, None, {})
    by_code = dict(TaxCode.objects.values_list("code", "pk"))
    return UsualCodes(default.pk, rules.proposes, by_code)


def default_tax_code() -> TaxCode | None:
    return TaxCode.objects.filter(is_default=True).first()


def default_account(role: Role) -> GLAccount | None:
    return GLAccount.objects.filter(role=role, is_default=True).first()
