"""Lumen Infogérance, Lyon: IT support by contract, tickets, time and expenses."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from facturier.catalogue import operations as catalogue
from facturier.catalogue.models import GLAccount, Role
from facturier.catalogue.queries import default_account, default_tax_code
from facturier.cli.demo import kinds, story, valid
from facturier.cli.demo.story import Buyer, Month
from facturier.customers.models import Customer
from facturier.invoices import operations as invoices
from facturier.invoices.operations import NewDraft, NewLine
from facturier.organisations import operations
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.money import Money
from facturier.work import operations as work
from facturier.work.models import BillingMethod, TicketStatus
from facturier.work.values import NewContract, NewExpense, NewTicket, NewTime

SIREN = valid.siren(1)
PEOPLE = ("Ana Moreau", "Karim Benali", "Julie Faure")
HALF_DAY = Decimal(390)

BUYERS = [
    ("Menuiserie Carret SARL", "3 quai Perrache", "69002", "Lyon", "Paul Carret"),
    ("Cabinet Vasseur & Filles", "18 rue de la République", "69002", "Lyon", "Claire Vasseur"),
    ("Ville de Givors", "Place Camille Vallin", "69700", "Givors", "Service comptabilité"),
    ("Transports Ollier SAS", "41 route de Vienne", "69007", "Lyon", "Denis Ollier"),
    ("Clinique du Parc", "86 boulevard des Belges", "69006", "Lyon", "Hélène Roux"),
    ("Atelier Bonnard", "7 montée du Gourguillon", "69005", "Lyon", "Marc Bonnard"),
    ("Pharmacie des Terreaux", "2 place des Terreaux", "69001", "Lyon", "Nadia Haddad"),
    ("Boulangerie Perrin", "55 cours Gambetta", "69003", "Lyon", "Luc Perrin"),
    ("École Saint-Irénée", "9 place Saint-Irénée", "69005", "Lyon", "Sœur Agnès"),
    ("Optique Brotteaux", "14 place Jules Ferry", "69006", "Lyon", "Samir Kaci"),
    ("Domaine des Pierres Dorées", "120 chemin du Bourg", "69480", "Anse", "Jeanne Millet"),
    ("Notaires Gerland Associés", "25 avenue Jean Jaurès", "69007", "Lyon", "Me Thierry Lacroix"),
    ("Garage de la Confluence", "10 cours Charlemagne", "69002", "Lyon", "Bruno Faye"),
    ("Architectes du Rhône", "31 quai Claude Bernard", "69007", "Lyon", "Inès Caron"),
    ("Librairie La Traboule", "27 rue Saint-Jean", "69005", "Lyon", "Odile Berger"),
    ("Fromagerie des Halles", "102 cours Lafayette", "69003", "Lyon", "Yvan Rey"),
]
PROBLEMS = (
    "Messagerie indisponible",
    "Remplacement du disque",
    "Imprimante hors réseau",
    "Nouvel utilisateur",
    "Mot de passe oublié",
    "Sauvegarde en échec",
    "Poste lent au démarrage",
    "VPN qui se coupe",
    "Migration de boîte aux lettres",
    "Mise à jour du pare-feu",
)
WORKS = ("Diagnostic à distance", "Intervention sur site", "Configuration", "Tests et recette")
EXPENSES = (("Disque SSD 1 To", "89.90"), ("Déplacement", "24.60"), ("Câble et switch", "46.35"))


def found() -> Organisation:
    """Create the seller and what it offers."""
    seller = operations.create(
        slug="lumen",
        region="FR",
        name="Lumen Infogérance",
        legal_name="Lumen Infogérance SAS",
        legal_note="SAS au capital de 20 000 €, RCS Lyon",
        line1="14 rue de la République",
        postcode="69002",
        city="Lyon",
        identifiers={"siren": SIREN, "vat": valid.french_vat(SIREN), "ape": "6202B"},
        email="facturation@lumen.example",
        phone="+33 4 72 00 00 00",
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
        vat_on_debits=True,
        footer="Lumen Infogérance · 14 rue de la République, 69002 Lyon · lumen.example",
        message="Merci de votre confiance.",
    )
    actor = Actor.system(seller.pk)
    with scope(seller.pk):
        account, tax_code = default_account(Role.REVENUE), default_tax_code()
    for code, name, english, price in (
        ("POSTE", "Installation d’un poste", "Workstation set-up", "180"),
        ("AUDIT", "Audit de sécurité", "Security audit", "1450"),
        ("LICENCE", "Licence bureautique, par an", "Office licence, a year", "138.60"),
    ):
        labels = {"fr": name, "en": english, "de": english, "it": english}
        catalogue.add_product(
            seller,
            actor=actor,
            code=code,
            labels=labels,
            unit="C62",
            unit_price=Decimal(price),
            account=account,
            tax_code=tax_code,
        )
    return seller


def tell(seller: Organisation, *, today: date) -> int:
    """Live the year: contracts, tickets, batches; returns how many documents there are."""
    chance = random.Random(69)
    customers = story.add_customers(seller, _buyers())
    months = story.past_months(today)
    _sign_contracts(seller, customers, since=months[0].start)
    for month in months:
        with story.together(seller):
            _support(seller, customers, month, chance, until=month.last_day, tickets=14)
            _extra_invoices(seller, customers, month, chance, days=3)
        if month != months[-1]:  # the last month waits for whoever tries New batch
            story.bill(seller, month, issue_date=month.next.start)
    this_month = Month(today.replace(day=1))
    if today.day > 1:
        with story.together(seller):
            _support(seller, customers, this_month, chance, until=today - timedelta(days=1), tickets=9)
    _drafts(seller, customers, today=today)
    with scope(seller.pk):
        offered = _lines(random.Random(3), today)
    kinds.show(seller, customers[9:12], offered, reason="Geste commercial", today=today)
    return story.grow_old(seller, today=today)


def _buyers() -> list[Buyer]:
    found = []
    for place, (name, line1, postcode, city, contact) in enumerate(BUYERS, start=10):
        siren = valid.siren(place)
        slug = "".join(letter for letter in name.lower().split()[-1] if letter.isascii() and letter.isalpha())
        found.append(
            Buyer(
                name=name,
                line1=line1,
                postcode=postcode,
                city=city,
                contact=contact,
                email=f"compta@{slug}.example",
                identifiers={"siren": siren, "vat": valid.french_vat(siren)},
                country="FR",
            )
        )
    return found


def _sign_contracts(seller: Organisation, customers: list[Customer], *, since: date) -> None:
    """Every customer has hourly support; two of three also a flat fee for maintenance."""
    actor = Actor.system(seller.pk)
    with scope(seller.pk):
        account = default_account(Role.REVENUE)
        tax_code = default_tax_code()
    assert account is not None
    assert tax_code is not None
    shared = {"starts_on": since, "tax_code_id": tax_code.pk, "account_id": account.pk}
    for place, customer in enumerate(customers):
        work.add_contract(
            customer,
            actor=actor,
            contract=NewContract(
                name="Assistance à l’heure",
                method=BillingMethod.HOURLY,
                hourly_rate=Decimal(95),
                rounding_minutes=15,
                is_default=True,
                **shared,
            ),
        )
        if place % 3:
            seats = 4 + place % 7 * 2
            work.add_contract(
                customer,
                actor=actor,
                contract=NewContract(
                    name=f"Forfait maintenance, {seats} postes",
                    method=BillingMethod.FLAT_FEE,
                    fee=Decimal(40) * seats,
                    **shared,
                ),
            )


def _support(
    seller: Organisation,
    customers: list[Customer],
    month: Month,
    chance: random.Random,
    *,
    until: date,
    tickets: int,
) -> None:
    """A month's tickets with their time, and now and then an expense; a few are still open."""
    actor = Actor.system(seller.pk)
    for place in range(tickets):
        customer = chance.choice(customers)
        opened = month.working_day(chance, until=until)
        ticket = work.add_ticket(
            seller,
            actor=actor,
            ticket=NewTicket(customer=customer, title=chance.choice(PROBLEMS), opened_on=opened),
        )
        for _ in range(chance.randint(1, 3)):
            work.add_time(
                seller,
                actor=actor,
                time=NewTime(
                    person=chance.choice(PEOPLE),
                    day=min(opened + timedelta(days=chance.randint(0, 2)), until),
                    seconds=chance.choice((900, 1800, 2700, 3600, 5400, 7200, 9000)),
                    customer=customer,
                    ticket=ticket,
                    description=chance.choice(WORKS),
                    billable=chance.random() > 0.08,
                ),
            )
        if chance.random() < 0.3:
            what, cost = chance.choice(EXPENSES)
            work.add_expense(
                seller,
                actor=actor,
                expense=NewExpense(
                    customer=customer,
                    day=opened,
                    description=what,
                    cost=Money.rounded(Decimal(cost), "EUR"),
                    markup_percent=Decimal(12),
                    ticket=ticket,
                ),
            )
        if place % 7:
            work.set_status(ticket, actor=actor, status=TicketStatus.RESOLVED)


def _lines(chance: random.Random, day: date) -> list[NewLine]:
    account = default_account(Role.REVENUE)
    goods = GLAccount.objects.filter(role=Role.REVENUE, code__startswith="707").first() or account
    tax_code = default_tax_code()
    assert account is not None
    assert goods is not None
    assert tax_code is not None
    shared = {"tax_code_id": tax_code.pk, "service_start": day, "service_end": day}
    lines = [
        NewLine(
            "Installation d’un poste",
            quantity=Decimal(chance.randint(1, 4)),
            unit="C62",
            unit_price=Decimal(180),
            account_id=account.pk,
            **shared,
        ),
        NewLine(
            "Ordinateur portable 14 pouces, garantie 3 ans",
            quantity=Decimal(chance.randint(1, 3)),
            unit="C62",
            unit_price=Decimal("849.50"),
            discount_percent=Decimal(chance.choice((0, 0, 5))),
            account_id=goods.pk,
            **shared,
        ),
        NewLine(
            "Demi-journée d’accompagnement",
            quantity=Decimal(1),
            unit="C62",
            unit_price=HALF_DAY,
            account_id=account.pk,
            **shared,
        ),
    ]
    return lines[: chance.randint(1, 3)]


def _extra_invoices(
    seller: Organisation, customers: list[Customer], month: Month, chance: random.Random, *, days: int
) -> None:
    """Invoices without a contract, spread over the month in the order of their dates."""
    for number in range(days):
        day = month.day(5 + number * 9)
        with scope(seller.pk):
            drafts = [
                NewDraft(customer=chance.choice(customers), lines=_lines(chance, day))
                for _ in range(2 + number % 2)
            ]
        story.issue(seller, drafts, issue_date=day)


def _drafts(seller: Organisation, customers: list[Customer], *, today: date) -> None:
    """This month: some documents are final and wait, some are drafts, and one draft lacks a tax code."""
    chance = random.Random(7)
    with scope(seller.pk):
        ready = [NewDraft(customer=customer, lines=_lines(chance, today)) for customer in customers[:4]]
        drafts = [NewDraft(customer=customer, lines=_lines(chance, today)) for customer in customers[4:9]]
        account = default_account(Role.REVENUE)
        assert account is not None
        bare = NewLine("Disque SSD 1 To", unit_price=Decimal("138.75"), account_id=account.pk)
        drafts.append(NewDraft(customer=customers[5], lines=[*_lines(chance, today), bare]))
    story.issue(seller, ready, issue_date=today)
    invoices.create_many(seller, actor=Actor.system(seller.pk), drafts=drafts, today=today)
