"""The main job in a browser: sign in → import time → batch → finalise all → send → journal.

Each page that is visited is given to axe, and may neither scroll sideways nor write to the console.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from facturier.organisations.access import Actor
from facturier.organisations.tenancy import scope
from facturier.work import operations as work
from facturier.work.models import BillingMethod
from facturier.work.values import NewContract
from tests.support.cast import PASSWORD, Cast
from tests.support.documents import line

EXPORT = (
    "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags\n"
    "Ana,ana@lumen.example,{customer},Maintenance,,Messagerie,Yes,{day},09:00:00,{day},10:30:00,01:30:00,\n"
    "Ana,ana@lumen.example,{customer},Maintenance,,Sauvegarde,Yes,{day},14:00:00,{day},14:30:00,00:30:00,\n"
)


@pytest.fixture
def looked_at(page: Page) -> Iterator[Callable[[], None]]:
    """Look at the page that stands there; at the end nothing may have been written to the console."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def look() -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    yield look
    assert complaints == []


def last_month() -> date:
    first = date.today().replace(day=1)
    return (first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1))


@pytest.fixture
def agreed(cast: Cast) -> Cast:
    """Bellecour has an hourly contract; Ana's interface is English."""
    with scope(cast.lumen.pk):
        usual = line()
    work.add_contract(
        cast.bellecour,
        actor=Actor.system(cast.lumen.pk),
        contract=NewContract(
            name="Maintenance",
            method=BillingMethod.HOURLY,
            hourly_rate=Decimal(95),
            starts_on=date(2020, 1, 1),
            tax_code_id=usual.tax_code_id,
            account_id=usual.account_id,
            is_default=True,
        ),
    )
    cast.users["ana"].language = "en"
    cast.users["ana"].may_export = True
    cast.users["ana"].save()
    from facturier.organisations.models import Membership

    Membership.objects.filter(user=cast.users["ana"]).update(may_export=True)
    return cast
