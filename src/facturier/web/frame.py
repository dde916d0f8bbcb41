"""What stands around every page: sections with their counts, organisations, the New menu, the person's menu.

A room adds a count to its section by `@count("documents")` above a function of the request, in the module
that its URLs import; it must be one indexed look-up, for it runs on every page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from facturier.organisations.models import Membership
from facturier.organisations.tenancy import scope
from facturier.web import speech

THEMES = {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")}
THEME_COOKIE = "theme"
SHORTCUTS_COOKIE = "shortcuts"

Count = Callable[[Any], Any]
_counts: dict[str, Count] = {}


def count(section: str) -> Callable[[Count], Count]:
    """Register what stands at the right of a section: a function of the request; None shows nothing."""

    def decorate(function: Count) -> Count:
        _counts[section] = function
        return function

    return decorate


@dataclass(frozen=True, slots=True)
class Section:
    """A room of the rail: where it leads (the first name that is a page), and which paths belong to it."""

    key: str
    label: Any
    url_names: tuple[str, ...]
    paths: tuple[str, ...]


SECTIONS = (
    Section("billing", _("Billing"), ("billing",), ("batches/",)),
    Section("documents", _("Documents"), ("document-list",), ("documents/",)),
    Section("payments", _("Payments"), ("payment-list",), ("payments/",)),
    Section("work", _("Work"), ("work",), ("work/",)),
    Section("customers", _("Customers"), ("customer-list",), ("customers/",)),
    Section("admin", _("Admin"), ("settings", "sent-mail"), ("admin/",)),
)
NEW = (
    (_("Invoice"), "document-new", "invoices.draft"),
    (_("Pro forma"), "pro-forma-new", "invoices.draft"),
    (_("Batch"), "batch-new", "batches.run"),
    (_("Time entry"), "time-new", "work.change"),
    (_("Ticket"), "ticket-new", "work.change"),
    (_("Expense"), "expense-new", "work.change"),
    (_("Customer"), "customer-new", "customers.change"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A section as the rail shows it."""

    key: str
    label: Any
    url: str
    count: Any
    current: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a menu; `reason` says why it cannot be chosen."""

    label: Any
    url: str
    reason: Any = None
    current: bool = False


class Frame:
    """The frame of one request. Nothing is looked up before a template asks for it."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.organisation = getattr(request, "organisation", None)

    @cached_property
    def theme(self) -> str:
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "system"

    @cached_property
    def shortcuts(self) -> bool:
        """Whether single keys act (WCAG 2.1.4 asks that they can be turned off)."""
        return self.request.COOKIES.get(SHORTCUTS_COOKIE) != "off"

    @cached_property
    def themes(self) -> list[tuple[str, Any]]:
        return list(THEMES.items())

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """The languages to choose from, each in its own words."""
        own = []
        for code, label in settings.LANGUAGES:
            with override(code):
                own.append((code, str(label).capitalize()))
        return own

    @cached_property
    def organisations(self) -> list[Entry]:
        """The organisations the person belongs to, by name."""
        memberships = Membership.objects.filter(user=self.request.user).select_related("organisation")
        return [
            Entry(
                one.organisation.name,
                f"/{one.organisation.slug}/",
                current=one.organisation == self.organisation,
            )
            for one in memberships.order_by("organisation__name")
        ]

    @cached_property
    def sections(self) -> list[Place]:
        if self.organisation is None:
            return []
        here = self._path()
        with (
            scope(self.organisation.pk),
            speech.of(self.organisation.rules),
        ):
            return [
                Place(
                    section.key,
                    section.label,
                    url,
                    _counts[section.key](self.request) if section.key in _counts else None,
                    self._holds(section, here),
                )
                for section in SECTIONS
                if (url := self._first(section.url_names))
            ]

    @cached_property
    def new(self) -> list[Entry]:
        """What can be begun from anywhere; what this person may not is shown with the reason."""
        if self.organisation is None:
            return []
        return [
            Entry(label, url, self.request.actor.lacks(key))
            for label, name, key in NEW
            if (url := self.url(name))
        ]

    @cached_property
    def search_url(self) -> str:
        return self.url("document-list")

    @cached_property
    def find_url(self) -> str:
        """Where the command palette asks for documents and customers."""
        return self.url("find")

    @cached_property
    def home_url(self) -> str:
        return f"/{self.organisation.slug}/" if self.organisation else "/"

    def url(self, name: str) -> str:
        """Return the address of a page of this organisation, or nothing where there is no such page."""
        if self.organisation is None:
            return ""
        try:
            return reverse(name, kwargs={"organisation": self.organisation.slug})
        except NoReverseMatch:
            return ""

    def _first(self, names: tuple[str, ...]) -> str:
        return next((url for name in names if (url := self.url(name))), "")

    def _path(self) -> str:
        return str(self.request.path.removeprefix(self.home_url))

    @staticmethod
    def _holds(section: Section, path: str) -> bool:
        if path == "":
            return section.key == "billing"
        return path.startswith(section.paths)


def frame(request: Any) -> dict[str, Any]:
    """Give every template `frame`, worked out only as far as it is used."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
