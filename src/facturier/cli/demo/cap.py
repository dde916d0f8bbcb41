"""Imprimerie du Cap, Québec: a print shop that bills jobs, with GST and QST."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

from facturier.catalogue.models import GLAccount, Role
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
from facturier.rules.document import LineKind
from facturier.work import jobs
from facturier.work.models import Job, JobStatus
from facturier.work.values import NewJob

NUMBER = valid.business_number(1)
BUYERS = [
    ("Festival d’été de la Capitale", "1 rue du Fort", "G1R 4S9", "Québec", "Sophie Gagnon"),
    ("Librairie Pantoute-Nord", "286 rue Saint-Joseph Est", "G1K 3A9", "Québec", "Denis Roy"),
    ("Microbrasserie du Fleuve", "54 rue Dalhousie", "G1K 4B2", "Québec", "Maude Lavoie"),
    ("Coopérative Terre Boréale", "812 chemin Sainte-Foy", "G1S 2K4", "Québec", "Éric Bouchard"),
    ("Théâtre de la Falaise", "120 boulevard Champlain", "G1K 4H8", "Québec", "Anne Côté"),
    ("Clinique dentaire Limoilou", "1425 3e Avenue", "G1L 2Y2", "Québec", "Dr Marc Fortin"),
    ("Ville de Lévis, Communications", "2175 chemin du Fleuve", "G6W 7W9", "Lévis", "Julie Nadeau"),
    ("Érablière Gosselin et Fils", "33 rang Saint-Paul", "G0S 1Z0", "Lotbinière", "Yves Gosselin"),
    ("Musée de la Gravure", "16 rue de la Barricade", "G1K 8W9", "Québec", "Chantal Ouellet"),
    ("Agence Nordet", "725 boulevard Charest Ouest", "G1N 2C4", "Québec", "Patrick Simard"),
    ("Université du Cap, Éditions", "2325 rue de l’Université", "G1V 0A6", "Québec", "Louise Pelletier"),
    ("Torréfaction Basse-Ville", "609 rue Saint-Vallier Ouest", "G1N 1C6", "Québec", "Simon Caron"),
]
# Where the printer delivers, for the customers that do not receive at their office.
DELIVERIES = {
    "Festival d’été de la Capitale": {
        "name": "Entrepôt du Festival",
        "line1": "340 rue du Marais",
        "postcode": "G1M 3R1",
        "city": "Québec",
        "subdivision": "QC",
    },
    "Musée de la Gravure": {"line1": "5 quai Saint-André", "postcode": "G1K 9B4", "city": "Québec"},
}
JOBS = (
    ("Affiches 24 × 36 po, couché mat", 250, "2.85"),
    ("Dépliants 3 volets, 4/4", 5000, "0.118"),
    ("Cartes professionnelles, vernis sélectif", 1000, "0.165"),
    ("Programme 32 pages, piqué à cheval", 1200, "1.92"),
    ("Étiquettes en rouleau, papier kraft", 8000, "0.062"),
    ("Catalogue 64 pages, dos carré collé", 600, "6.45"),
    ("Bannière autoportante", 4, "148"),
    ("Papier à en-tête, 2 couleurs", 2500, "0.094"),
    ("Livre 240 pages, couverture souple", 400, "9.75"),
)


def found() -> Organisation:
    """Create the seller."""
    return operations.create(
        slug="cap",
        region="CA-QC",
        name="Imprimerie du Cap",
        legal_name="Imprimerie du Cap inc.",
        line1="45 rue Saint-Jean",
        postcode="G1R 1N8",
        city="Québec",
        subdivision="QC",
        identifiers={"gst": f"{NUMBER}RT0001", "qst": "1227494057TQ0001"},
        email="facturation@cap.example",
        phone="+1 418 555-0142",
        payment_instructions="Par virement ou par chèque à l’ordre d’Imprimerie du Cap inc.",
        footer="Imprimerie du Cap inc. · 45 rue Saint-Jean, Québec · cap.example",
        message="Merci d’imprimer près de chez vous.",
        accent="#1f4e79",
    )


def tell(seller: Organisation, *, today: date) -> int:
    """Live the year: jobs, each billed once it is complete; returns how many documents there are."""
    chance = random.Random(418)
    customers = story.add_customers(seller, _buyers())
    with story.together(seller):
        for month in story.past_months(today):
            for number in range(5):
                day = month.day(2 + number * 6)
                jobs_done = [
                    _job(seller, customers, chance, day, status=JobStatus.COMPLETE) for _ in range(4)
                ]
                drafts = [_draft(seller, job, chance) for job in jobs_done]
                story.issue(seller, drafts, issue_date=day)
    this_month = Month(today.replace(day=1)).start
    waiting = [_job(seller, customers, chance, this_month, status=JobStatus.COMPLETE) for _ in range(9)]
    for status in (JobStatus.PLANNED, JobStatus.LAUNCHED, JobStatus.LAUNCHED):
        _job(seller, customers, chance, this_month, status=status)
    story.issue(seller, [_draft(seller, job, chance) for job in waiting[:5]], issue_date=today)
    drafts = [_draft(seller, job, chance) for job in waiting[5:]]
    invoices.create_many(seller, actor=Actor.system(seller.pk), drafts=drafts, today=today)
    return story.grow_old(seller, today=today)


def _buyers() -> list[Buyer]:
    found = []
    for place, (name, line1, postcode, city, contact) in enumerate(BUYERS, start=1):
        slug = "".join(letter for letter in name.lower().split()[0] if letter.isascii() and letter.isalpha())
        found.append(
            Buyer(
                name=name,
                line1=line1,
                postcode=postcode,
                city=city,
                contact=contact,
                email=f"comptes{place}@{slug}.example",
                identifiers={},
                country="CA",
                subdivision="QC",
                delivery=DELIVERIES.get(name, {}),
            )
        )
    return found


def _job(
    seller: Organisation, customers: list[Customer], chance: random.Random, day: date, *, status: JobStatus
) -> Job:
    title, quantity, price = chance.choice(JOBS)
    with scope(seller.pk):
        account, tax_code = _printing(), default_tax_code()
    assert tax_code is not None
    customer = chance.choice(customers)
    order = f"BC-{chance.randint(1000, 9999)}" if chance.random() < 0.4 else ""
    return jobs.add(
        seller,
        actor=Actor.system(seller.pk),
        job=NewJob(
            customer=customer,
            title=title,
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
            opened_on=day,
            order_reference=order,
            account_id=account.pk,
            tax_code_id=tax_code.pk,
            status=status,
        ),
    )


def _printing() -> GLAccount:
    found = GLAccount.objects.filter(code="8010").first() or default_account(Role.REVENUE)
    assert found is not None
    return found


def _draft(seller: Organisation, job: Job, chance: random.Random) -> NewDraft:
    lines = [
        NewLine(
            f"{job.number} – {job.title}",
            quantity=job.quantity,
            unit=job.unit,
            unit_price=job.unit_price,
            tax_code_id=job.tax_code_id,
            account_id=job.account_id,
            order_reference=job.order_reference,
        )
    ]
    if chance.random() < 0.35:
        lines.append(
            NewLine(
                "Infographie et épreuves",
                quantity=Decimal(chance.choice(("0.5", "1", "1.5", "2"))),
                unit="HUR",
                unit_price=Decimal(85),
                tax_code_id=job.tax_code_id,
                account_id=job.account_id,
            )
        )
    if chance.random() < 0.25:
        lines.append(NewLine("Livraison au quai, 8 h à 16 h.", kind=LineKind.TEXT, quantity=Decimal(0)))
    with scope(seller.pk):
        return NewDraft(customer=job.customer, lines=lines, order_reference=job.order_reference)
