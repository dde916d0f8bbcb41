"""Who is billed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from facturier.customers.names import FoldedField
from facturier.organisations.models import LANGUAGES
from facturier.organisations.tenancy import TenantModel
from facturier.rules.document import Address, DeliverTo, Identifier, Party


def delivery_value(stored: Mapping[str, str]) -> DeliverTo | None:
    """Return a delivery address from the form in which it is stored: the parts that are not empty."""
    if not stored:
        return None
    parts = dict(stored)
    return DeliverTo(parts.pop("name", ""), Address(**parts))


class Customer(TenantModel):
    """A customer; what is set here is the default of its new documents."""

    number = models.CharField(_("customer number"), max_length=20)
    name = models.CharField(_("name"), max_length=200)
    sort_name = FoldedField("name")
    line1 = models.CharField(_("address"), max_length=200, blank=True)
    line2 = models.CharField(_("address, continued"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    subdivision = models.CharField(_("state or province"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    delivery = models.JSONField(_("delivery address"), default=dict, blank=True)
    identifiers = models.JSONField(_("registration and tax numbers"), default=dict, blank=True)
    language = models.CharField(_("language of documents"), max_length=2, choices=LANGUAGES)
    currency = models.CharField(_("currency"), max_length=3)
    payment_days = models.PositiveSmallIntegerField(_("payment term in days"), null=True, blank=True)
    tax_code = models.ForeignKey(
        "catalogue.TaxCode",
        models.PROTECT,
        verbose_name=_("default tax code"),
        null=True,
        blank=True,
        related_name="+",
    )
    order_reference = models.CharField(_("purchase order"), max_length=100, blank=True)
    order_required = models.BooleanField(_("purchase order required"), default=False)
    note = models.TextField(_("notes"), blank=True)
    owners = models.ManyToManyField(
        "organisations.Membership", through="CustomerOwner", related_name="owned_customers"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="customer_number_once"),
        ]
        indexes = [models.Index(fields=["organisation", "sort_name", "id"], name="customer_by_name")]

    def __str__(self) -> str:
        return self.name

    def owned_by(self, membership_id: int) -> bool:
        return self.owners.filter(pk=membership_id).exists()

    def as_party(self) -> Party:
        """The buyer as it is printed today."""
        return Party(
            name=self.name,
            address=Address(self.line1, self.line2, self.postcode, self.city, self.subdivision, self.country),
            identifiers=tuple(Identifier(k, v) for k, v in sorted(self.identifiers.items()) if v),
            reference=self.number,
        )

    def as_delivery(self) -> DeliverTo | None:
        """Where its goods go, if not to its address."""
        return delivery_value(self.delivery)


class Contact(TenantModel):
    """A person at the customer. One is billed; others may get copies."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    is_billing = models.BooleanField(_("receives the documents"), default=False)
    gets_copy = models.BooleanField(_("gets a copy"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "email"], name="contact_once"),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(is_billing=True),
                name="one_billing_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


class CustomerOwner(TenantModel):
    """A person of the organisation who answers for a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="ownerships")
    membership = models.ForeignKey("organisations.Membership", models.CASCADE, related_name="ownerships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "membership"], name="owner_once"),
        ]
