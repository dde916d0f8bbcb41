"""Products, tax codes and GL accounts: what an amount line is made of."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from facturier.organisations.tenancy import TenantModel
from facturier.rules.document import Nature


class Labelled(TenantModel):
    """Something with a name in each language."""

    labels = models.JSONField(_("names"), default=dict)

    class Meta:
        abstract = True

    def label(self, language: str | None = None) -> str:
        """Return the name in a language, or in the first language that has one."""
        names: dict[str, Any] = self.labels
        return names.get(language or get_language() or "en") or next(iter(names.values()), "")


class Role(models.TextChoices):
    """What a GL account is for."""

    RECEIVABLE = "receivable", _("Receivable")
    REVENUE = "revenue", _("Revenue")
    TAX = "tax", _("Tax payable")
    BANK = "bank", _("Bank")
    EXPENSE = "expense", pgettext_lazy("GL account", "Expense")
    ROUNDING = "rounding", _("Rounding")


NATURES = [
    (Nature.GOODS, pgettext_lazy("what is supplied", "Goods")),
    (Nature.SERVICES, pgettext_lazy("what is supplied", "Services")),
]


class GLAccount(Labelled):
    """An account of the general ledger. `nature` is what its lines supply where they do not say."""

    code = models.CharField(_("account"), max_length=20)
    role = models.CharField(_("role"), max_length=12, choices=Role)
    nature = models.CharField(_("supplies"), max_length=8, choices=NATURES, default=Nature.SERVICES)
    is_default = models.BooleanField(_("default of its role"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="gl_account_once"),
            models.UniqueConstraint(
                fields=["organisation", "role"],
                condition=models.Q(is_default=True),
                name="one_default_account_per_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label()}"


class TaxCode(Labelled):
    """What a line is taxed with: one component or more on the same base."""

    code = models.CharField(_("tax code"), max_length=20)
    is_default = models.BooleanField(_("default"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="tax_code_once"),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(is_default=True),
                name="one_default_tax_code",
            ),
        ]

    def __str__(self) -> str:
        return self.label()


class TaxComponent(Labelled):
    """One tax of a tax code. `category` is the EN 16931 code (UNTDID 5305)."""

    tax_code = models.ForeignKey(TaxCode, models.CASCADE, related_name="components")
    position = models.PositiveSmallIntegerField(default=0)
    scheme = models.CharField(_("tax"), max_length=8)
    category = models.CharField(_("category"), max_length=2)
    account = models.ForeignKey(GLAccount, models.PROTECT, related_name="+", verbose_name=_("account"))
    exemption_reasons = models.JSONField(_("exemption reason"), default=dict, blank=True)
    exemption_code = models.CharField(_("exemption code"), max_length=20, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["tax_code", "position"], name="tax_component_once_per_place"),
        ]


class TaxRate(TenantModel):
    """A percentage that applies from its day on."""

    component = models.ForeignKey(TaxComponent, models.CASCADE, related_name="rates")
    valid_from = models.DateField(_("valid from"))
    percent = models.DecimalField(_("rate"), max_digits=7, decimal_places=4)

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["component", "valid_from"], name="tax_rate_once_per_day"),
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=100), name="tax_rate_is_percentage"
            ),
        ]


class Product(Labelled):
    """Something that is sold at a price. `unit` is a UN/ECE Recommendation 20 code.

    Without a `nature` it is what its account supplies.
    """

    code = models.CharField(_("product code"), max_length=40)
    unit = models.CharField(_("unit"), max_length=3, default="C62")
    unit_price = models.DecimalField(_("unit price"), max_digits=15, decimal_places=6)
    account = models.ForeignKey(GLAccount, models.PROTECT, related_name="+", null=True, blank=True)
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="+", null=True, blank=True)
    nature = models.CharField(_("supplies"), max_length=8, choices=NATURES, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="product_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label()}"
