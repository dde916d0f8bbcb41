"""Isar Beratung, Munich: consultants who bill time on engagements, and retainers."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from facturier.catalogue.models import Role, TaxCode
from facturier.catalogue.queries import default_account, default_tax_code
from facturier.cli.demo import story, valid
from facturier.cli.demo.story import Buyer, Month
from facturier.customers.models import Customer
from facturier.invoices import operations as invoices
from facturier.invoices.operations import NewDraft, NewLine
from facturier.organisations import operations
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.work import operations as work
from facturier.work.models import BillingMethod, Contract
from facturier.work.values import NewContract, NewTime

PEOPLE = ("Eva Huber", "Jonas Reiter", "Lena Okafor", "Felix Brandl")
BUYERS = [
    ("Kanzlei Vogt & Partner", "Isartorplatz 1", "80331", "München", "Martina Vogt"),
    ("Alpenglas Manufaktur GmbH", "Industriestraße 12", "83022", "Rosenheim", "Georg Thaler"),
    ("Stadtwerke Freising", "Wippenhauser Straße 19", "85354", "Freising", "Rechnungswesen"),
    ("Brauerei Sendling KG", "Plinganserstraße 40", "81369", "München", "Toni Maier"),
    ("Medizintechnik Ammer GmbH", "Am Technologiepark 3", "82319", "Starnberg", "Dr. Ute Ammer"),
    ("Verlag am Gasteig", "Rosenheimer Straße 10", "81669", "München", "Klara Weiß"),
    ("Seilbahn Wendelstein AG", "Talstation 2", "83735", "Bayrischzell", "Peter Aigner"),
    ("Holzbau Lechner", "Sägewerkstraße 5", "83607", "Holzkirchen", "Franz Lechner"),
    ("Software Würm GmbH", "Leopoldstraße 88", "80802", "München", "Nils Petersen"),
    ("Pflegedienst Au", "Mariahilfplatz 7", "81541", "München", "Sabine Koch"),
    ("Rossi Macchine S.r.l.", "Via Torino 5", "20123", "Milano", "Paola Rossi"),
    ("Optik Schwabing", "Hohenzollernstraße 31", "80801", "München", "Ayla Demir"),
]
ENGAGEMENTS = ("Strategie 2030", "Prozessaufnahme", "ERP-Auswahl", "Jahresabschluss", "Datenschutz-Audit")
TASKS = ("Workshop", "Analyse", "Abstimmung mit der Geschäftsführung", "Bericht", "Interviews")


def found() -> Organisation:
    """Create the seller."""
    return operations.create(
        slug="isar",
        region="DE",
        name="Isar Beratung",
        legal_name="Isar Beratung GmbH",
        legal_note="Sitz München, Geschäftsführerin Eva Huber",
        line1="Sendlinger Straße 8",
        postcode="80331",
        city="München",
        identifiers={
            "vat": valid.german_vat_number(1),
            "tax_number": "18181508155",
            "register": "München HRB 123456",
        },
        email="rechnung@isar.example",
        phone="+49 89 5550 120",
        iban="DE89370400440532013000",
        bic="COBADEFFXXX",
        footer="Isar Beratung GmbH · Sendlinger Straße 8, 80331 München · isar.example",
        message="Wir danken für die gute Zusammenarbeit.",
        accent="#5b3a1e",
    )


def tell(seller: Organisation, *, today: date) -> int:
    """Live the year: time on engagements, a batch a month; returns how many documents there are."""
    chance = random.Random(89)
    customers = story.add_customers(seller, _buyers())
    months = story.past_months(today)
    engagements = _engagements(seller, customers, since=months[0].start)
    for month in months[:-1]:
        with story.together(seller):
            _time(seller, engagements, month, chance, until=month.last_day, entries=36)
        story.bill(seller, month, issue_date=month.next.start)
    # The last month is saved and its work locked; the drafts are still to be made.
    with story.together(seller):
        _time(seller, engagements, months[-1], chance, until=months[-1].last_day, entries=36)
    story.save(seller, months[-1], today=today)
    this_month = Month(today.replace(day=1))
    if today.day > 1:
        with story.together(seller):
            _time(seller, engagements, this_month, chance, until=today - timedelta(days=1), entries=28)
    _drafts(seller, customers, today=today)
    return story.grow_old(seller, today=today)


def _buyers() -> list[Buyer]:
    found = []
    for place, (name, line1, postcode, city, contact) in enumerate(BUYERS, start=20):
        italian = name.startswith("Rossi")
        slug = "".join(letter for letter in name.lower().split()[-1] if letter.isascii() and letter.isalpha())
        vat = "IT00743110157" if italian else valid.german_vat_number(place)
        found.append(
            Buyer(
                name=name,
                line1=line1,
                postcode=postcode,
                city=city,
                contact=contact,
                email=f"rechnungen{place}@{slug}.example",
                identifiers={"vat": vat},
                country="IT" if italian else "DE",
                language="it" if italian else "de",
            )
        )
    return found


def _engagements(seller: Organisation, customers: list[Customer], *, since: date) -> list[Contract]:
    """An hourly engagement for each customer, and a retainer for every third."""
    actor = Actor.system(seller.pk)
    with scope(seller.pk):
        account, tax_code = default_account(Role.REVENUE), default_tax_code()
        reverse_charge = TaxCode.objects.get(code="EU-LEISTUNG")
    assert account is not None
    assert tax_code is not None
    found = []
    for place, customer in enumerate(customers):
        abroad = customer.country != "DE"  # a service for a business elsewhere in the Union is taxed there
        code = reverse_charge if abroad else tax_code
        shared = {"starts_on": since, "tax_code_id": code.pk, "account_id": account.pk}
        engagement = NewContract(
            name=ENGAGEMENTS[place % len(ENGAGEMENTS)],
            method=BillingMethod.HOURLY,
            hourly_rate=Decimal(140 + place % 4 * 15),
            rounding_minutes=15,
            is_default=True,
            **shared,
        )
        found.append(work.add_contract(customer, actor=actor, contract=engagement))
        if place % 3 == 0:
            retainer = NewContract(
                name="Beratungspauschale",
                method=BillingMethod.FLAT_FEE,
                fee=Decimal(850 + place * 50),
                **shared,
            )
            work.add_contract(customer, actor=actor, contract=retainer)
    return found


def _time(
    seller: Organisation,
    engagements: list[Contract],
    month: Month,
    chance: random.Random,
    *,
    until: date,
    entries: int,
) -> None:
    for _ in range(entries):
        engagement = chance.choice(engagements)
        work.add_time(
            seller,
            actor=Actor.system(seller.pk),
            time=NewTime(
                person=chance.choice(PEOPLE),
                day=month.working_day(chance, until=until),
                seconds=chance.choice((2700, 3600, 5400, 7200, 10800, 14400, 27000)),
                customer=engagement.customer,
                contract=engagement,
                project=engagement.name,
                task=chance.choice(TASKS),
                billable=chance.random() > 0.1,
            ),
        )


def _drafts(seller: Organisation, customers: list[Customer], *, today: date) -> None:
    """This month: two invoices are final and wait, three are drafts."""
    with scope(seller.pk):
        account, tax_code = default_account(Role.REVENUE), default_tax_code()
        assert account is not None
        assert tax_code is not None
        line = NewLine(
            "Workshop vor Ort, ein Tag",
            unit="DAY",
            unit_price=Decimal("1480"),
            tax_code_id=tax_code.pk,
            account_id=account.pk,
            service_start=today,
            service_end=today,
        )
        german = [customer for customer in customers if customer.country == "DE"]
        drafts = [NewDraft(customer=customer, lines=[line]) for customer in german[:5]]
    story.issue(seller, drafts[:2], issue_date=today)
    invoices.create_many(seller, actor=Actor.system(seller.pk), drafts=drafts[2:], today=today)
