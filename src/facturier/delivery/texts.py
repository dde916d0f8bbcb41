"""What a message says when nobody changes it: by kind of document, in the document's language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency

from facturier.invoices.models import Invoice
from facturier.organisations.models import Organisation
from facturier.rules.document import Kind
from facturier.rules.money import minor_digits
from facturier.rules.regions.base import Labels, words
from facturier.rules.regions.wording import four


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text of a message."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences for one kind of document."""

    subject: Labels
    attached: Labels
    due: Labels | None = None


GREETING = four(
    fr="Bonjour %(name)s,",
    it="Buongiorno %(name)s,",
    de="Guten Tag %(name)s,",
    en="Dear %(name)s,",
)
CLOSING = four(
    fr="Nous vous remercions de votre confiance.\n\nCordialement,\n%(seller)s",
    it="La ringraziamo per la fiducia accordataci.\n\nCordiali saluti\n%(seller)s",
    de="Vielen Dank für Ihr Vertrauen.\n\nMit freundlichen Grüßen\n%(seller)s",
    en="Thank you for your business.\n\nKind regards,\n%(seller)s",
)
INVOICE = Wording(
    subject=four(
        fr="Facture %(number)s – %(seller)s",
        it="Fattura n. %(number)s – %(seller)s",
        de="Rechnung %(number)s – %(seller)s",
        en="Invoice %(number)s – %(seller)s",
    ),
    attached=four(
        fr="Veuillez trouver ci-joint notre facture %(number)s d’un montant total de %(amount)s.",
        it="in allegato trova la nostra fattura n. %(number)s per un totale di %(amount)s.",
        de="anbei erhalten Sie unsere Rechnung %(number)s über %(amount)s.",
        en="Please find attached our invoice %(number)s for a total of %(amount)s.",
    ),
    due=four(
        fr="Nous vous prions d’en effectuer le règlement au plus tard le %(due)s.",
        it="Scadenza del pagamento: %(due)s.",
        de="Bitte begleichen Sie den Betrag bis zum %(due)s.",
        en="Payment is due by %(due)s.",
    ),
)
CREDIT_NOTE = Wording(
    subject=four(
        fr="Avoir %(number)s – %(seller)s",
        it="Nota di credito n. %(number)s – %(seller)s",
        de="Rechnungskorrektur %(number)s – %(seller)s",
        en="Credit note %(number)s – %(seller)s",
    ),
    attached=four(
        fr="Veuillez trouver ci-joint notre avoir %(number)s d’un montant total de %(amount)s.",
        it="in allegato trova la nostra nota di credito n. %(number)s per un totale di %(amount)s.",
        de="anbei erhalten Sie unsere Rechnungskorrektur %(number)s über %(amount)s.",
        en="Please find attached our credit note %(number)s for a total of %(amount)s.",
    ),
)
PRO_FORMA = Wording(
    subject=four(
        fr="Facture pro forma %(number)s – %(seller)s",
        it="Fattura proforma n. %(number)s – %(seller)s",
        de="Proforma-Rechnung %(number)s – %(seller)s",
        en="Pro forma invoice %(number)s – %(seller)s",
    ),
    attached=four(
        fr="Veuillez trouver ci-joint notre facture pro forma %(number)s d’un montant total de %(amount)s.",
        it="in allegato trova la nostra fattura proforma n. %(number)s per un totale di %(amount)s.",
        de="anbei erhalten Sie unsere Proforma-Rechnung %(number)s über %(amount)s.",
        en="Please find attached our pro forma invoice %(number)s for a total of %(amount)s.",
    ),
)
# A pro forma takes its number when it is sent: a message that is written before cannot name it.
PRO_FORMA_UNNUMBERED = Wording(
    subject=four(
        fr="Facture pro forma – %(seller)s",
        it="Fattura proforma – %(seller)s",
        de="Proforma-Rechnung – %(seller)s",
        en="Pro forma invoice – %(seller)s",
    ),
    attached=four(
        fr="Veuillez trouver ci-joint notre facture pro forma d’un montant total de %(amount)s.",
        it="in allegato trova la nostra fattura proforma per un totale di %(amount)s.",
        de="anbei erhalten Sie unsere Proforma-Rechnung über %(amount)s.",
        en="Please find attached our pro forma invoice for a total of %(amount)s.",
    ),
)
# In Québec, an “avoir” is a « note de crédit » (Office québécois de la langue française, GDT).
CREDIT_NOTE_QUEBEC = Wording(
    subject={**CREDIT_NOTE.subject, "fr": "Note de crédit %(number)s – %(seller)s"},
    attached={
        **CREDIT_NOTE.attached,
        "fr": "Veuillez trouver ci-joint notre note de crédit %(number)s d’un montant total de %(amount)s.",
    },
)


def letter(invoice: Invoice, *, organisation: Organisation, name: str) -> Letter:
    """Write the message for a document that can be sent. `name` is the person or firm that is greeted.

    Reads nothing from the database but the rows it is given.
    """
    language = invoice.language
    locale = organisation.rules.locale_of.get(language, language)
    wording = _wording(Kind(invoice.kind), locale, numbered=invoice.is_issued)
    amount = Decimal(invoice.gross_minor).scaleb(-minor_digits(invoice.currency))
    values = {
        "name": name,
        "seller": organisation.name,
        "number": invoice.number,
        "amount": format_currency(amount, invoice.currency, locale=locale),
    }
    sentences = [wording.attached]
    if wording.due is not None and invoice.due_date is not None and invoice.balance_minor > 0:
        values["due"] = _day(invoice, locale)
        sentences.append(wording.due)
    middle = " ".join(words(sentence, language) for sentence in sentences)
    body = "\n\n".join([words(GREETING, language), middle, words(CLOSING, language)])
    return Letter(words(wording.subject, language) % values, body % values + "\n")


def _wording(kind: Kind, locale: str, *, numbered: bool) -> Wording:
    if kind is Kind.PRO_FORMA:
        return PRO_FORMA if numbered else PRO_FORMA_UNNUMBERED
    if kind is Kind.CREDIT_NOTE:
        return CREDIT_NOTE_QUEBEC if locale == "fr_CA" else CREDIT_NOTE
    return INVOICE


def _day(invoice: Invoice, locale: str) -> str:
    """Write the due date in full; the first of a month is « 1er » in French."""
    assert invoice.due_date is not None
    text = format_date(invoice.due_date, "long", locale=locale)
    return text.replace("1 ", "1er ", 1) if locale.startswith("fr") and text.startswith("1 ") else text
