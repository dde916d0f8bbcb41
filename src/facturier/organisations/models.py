"""Sellers, the people who sign in, and who may do what for whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facturier.organisations.tenancy import TenantModel
from facturier.rules import regions
from facturier.rules.document import Address, Identifier, Look, Party, PaymentMeans
from facturier.rules.regions.base import Region

LANGUAGES = [("fr", _("French")), ("it", _("Italian")), ("de", _("German")), ("en", _("English"))]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person, known by e-mail address, member of any number of organisations."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    is_active = models.BooleanField(default=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        return False


class Plan(models.TextChoices):
    TRIAL = "trial", _("Trial")
    SUBSCRIBED = "subscribed", _("Subscribed")


class Organisation(models.Model):
    """One seller. Its region decides taxes, numbers, mentions and formats; see rules/regions."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=100)
    legal_name = models.CharField(_("legal name"), max_length=200)
    legal_note = models.CharField(_("legal form, capital and registration"), max_length=300, blank=True)
    region = models.CharField(_("region"), max_length=8)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    currency = models.CharField(_("currency"), max_length=3)
    line1 = models.CharField(_("address"), max_length=200, blank=True)
    line2 = models.CharField(_("address, continued"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    subdivision = models.CharField(_("state or province"), max_length=10, blank=True)
    country = models.CharField(_("country"), max_length=2)
    identifiers = models.JSONField(_("registration and tax numbers"), default=dict, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    logo_sha256 = models.CharField(max_length=64, blank=True)
    account_name = models.CharField(_("account holder"), max_length=100, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    payment_instructions = models.CharField(_("how to pay"), max_length=300, blank=True)
    plan = models.CharField(max_length=12, choices=Plan, default=Plan.SUBSCRIBED)
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default="#17563f",
        validators=[RegexValidator(r"^#[0-9a-f]{6}$", _("Write a colour as #17563f."))],
    )
    footer = models.CharField(_("footer"), max_length=300, blank=True)
    message = models.TextField(_("message on documents"), blank=True)
    payment_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    vat_on_debits = models.BooleanField(_("VAT on services is due once it is invoiced"), default=False)
    strict_issuing = models.BooleanField(_("an issued document never returns to draft"))
    require_two_factor = models.BooleanField(_("two-step sign-in for everybody"), default=False)
    closes_paid = models.BooleanField(_("close invoices once they are paid"), default=False)
    books_closed_until = models.DateField(_("books closed until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(legal_name=""), name="organisation_has_legal_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> Region:
        """The rules of the region that the organisation sells from."""
        return regions.region(self.region)

    @property
    def organisation_id(self) -> int:
        """An organisation belongs to itself, so that the gate treats it like any other row."""
        return self.pk

    def as_party(self) -> Party:
        """The seller as it is printed today."""
        return Party(
            name=self.legal_name,
            address=Address(self.line1, self.line2, self.postcode, self.city, self.subdivision, self.country),
            identifiers=tuple(Identifier(k, v) for k, v in sorted(self.identifiers.items()) if v),
            legal_note=self.legal_note,
            email=self.email,
            phone=self.phone,
        )

    def as_payment_means(self) -> PaymentMeans:
        return PaymentMeans(
            account_name=self.account_name or self.legal_name,
            iban=self.iban,
            bic=self.bic,
            instructions=self.payment_instructions,
        )

    def as_look(self) -> Look:
        return Look(self.accent, self.footer, self.message, self.logo_sha256)


class Logo(TenantModel):
    """A logo that is or was the seller's, a PNG in sRGB; inserted once, for documents name it by hash."""

    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="logo_once"),
        ]


class Membership(models.Model):
    """A person's place in an organisation. Read before any organisation is active, to learn which may be."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    is_admin = models.BooleanField(_("administrator"), default=False)
    may_process_billing = models.BooleanField(_("process billing"), default=False)
    may_export = models.BooleanField(_("export to accounting"), default=False)
    may_manage_settings = models.BooleanField(_("manage settings"), default=False)
    document_columns = models.CharField(max_length=200, blank=True)  # of the list of documents; empty: all

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"


class SavedView(TenantModel):
    """A question to the list of documents under a name: one person's, or, without a member, everybody's."""

    membership = models.ForeignKey(
        Membership, models.CASCADE, null=True, editable=False, related_name="saved_views"
    )
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "name"], name="own_view_once"),
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(membership=None), name="shared_view_once"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="view_has_name_and_query"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        return self.membership_id is None
