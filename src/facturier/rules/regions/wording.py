"""Sentences that documents of every region share, each in the four languages."""

from __future__ import annotations

from collections.abc import Iterable

from facturier.rules.document import Draft, Kind, LineKind
from facturier.rules.regions.asking import taxes_of
from facturier.rules.regions.base import Labels, words


def four(*, fr: str, it: str, de: str, en: str) -> Labels:
    """Say one thing in the four languages of documents; forgetting one does not type-check."""
    return {"fr": fr, "it": it, "de": de, "en": en}


def same(text: str) -> Labels:
    """Say what is written alike in every language: SIREN, IBAN."""
    return four(fr=text, it=text, de=text, en=text)


PRO_FORMA = four(
    fr="Pro forma : ce document n’est pas une facture et n’ouvre aucun droit à déduction de taxe.",
    it="Proforma: il presente documento non è una fattura e non dà diritto alla detrazione dell’imposta.",
    de="Proforma: Dieses Dokument ist keine Rechnung und berechtigt nicht zum Vorsteuerabzug.",
    en="Pro forma: this document is not an invoice and gives no right to deduct tax.",
)

CORRECTS_ONE = four(
    fr="Facture corrigée : %s.",
    it="Fattura rettificata: %s.",
    de="Korrigierte Rechnung: %s.",
    en="Invoice corrected: %s.",
)

CORRECTS_MANY = four(
    fr="Factures corrigées : %s.",
    it="Fatture rettificate: %s.",
    de="Korrigierte Rechnungen: %s.",
    en="Invoices corrected: %s.",
)

SERVICE_DATE = four(
    fr="Sauf indication contraire, la date de l’opération est celle de la facture.",
    it="Salvo diversa indicazione, la data dell’operazione coincide con la data della fattura.",
    de="Soweit nicht anders angegeben, entspricht das Leistungsdatum dem Rechnungsdatum.",
    en="Unless stated otherwise, the date of supply is the date of the invoice.",
)


def of_kind(draft: Draft) -> list[str]:
    """Say what a pro forma is not, and which invoices a credit note corrects.

    Directive 2006/112/EC, art. 219: what amends an invoice refers to it unambiguously.
    """
    if draft.kind is Kind.PRO_FORMA:
        return [words(PRO_FORMA, draft.language)]
    if draft.kind is Kind.CREDIT_NOTE and draft.preceding:
        sentence = CORRECTS_ONE if len(draft.preceding) == 1 else CORRECTS_MANY
        return [words(sentence, draft.language) % ", ".join(draft.preceding)]
    return []


def of_exemptions(draft: Draft) -> list[str]:
    """Say why no tax is charged, once per reason (Directive 2006/112/EC, art. 226, no. 11)."""
    return once(tax.exemption_reason for tax in taxes_of(draft))


def of_service_date(draft: Draft) -> list[str]:
    """Say when the work was done, where an invoice has lines without a period of their own."""
    undated = any(
        line.kind is LineKind.AMOUNT and line.service_start is None and line.service_end is None
        for line in draft.lines
    )
    if draft.kind is not Kind.INVOICE or not undated:
        return []
    return [words(SERVICE_DATE, draft.language)]


def once(sentences: Iterable[str]) -> list[str]:
    """Keep the first of equal sentences, and drop empty ones."""
    return list(dict.fromkeys(sentence for sentence in sentences if sentence))


_AT_ONCE = four(
    fr="Modalités de paiement : payable à réception.",
    it="Termini di pagamento: alla ricezione.",
    de="Zahlungsbedingungen: zahlbar bei Erhalt.",
    en="Terms of payment: due on receipt.",
)
_IN_DAYS = four(
    fr="Modalités de paiement : net %s jours.",
    it="Termini di pagamento: %s giorni netti.",
    de="Zahlungsbedingungen: %s Tage netto.",
    en="Terms of payment: net %s days.",
)

_IN_QUEBEC = frozenset({"QC", "CA-QC", "QUÉBEC", "QUEBEC"})
# Charter of the French language (c. C-11), s. 57: no invoice in another language without a French
# version that is as easy to come by.
_IN_FRENCH_TOO = four(
    fr="",
    it="La version française de ce document est disponible sur demande."
    " (La versione francese è disponibile su richiesta.)",
    de="La version française de ce document est disponible sur demande."
    " (Die französische Fassung ist auf Anfrage erhältlich.)",
    en="La version française de ce document est disponible sur demande."
    " (The French version is available on request.)",
)


def of_terms(draft: Draft) -> str:
    """State the terms of payment: due on receipt, or net so many days."""
    if draft.payment_days == 0:
        return words(_AT_ONCE, draft.language)
    return words(_IN_DAYS, draft.language) % draft.payment_days


def of_french(draft: Draft) -> list[str]:
    """Offer a French version to customers in Québec (Charter of the French language, s. 57)."""
    in_quebec = draft.buyer.address.subdivision.strip().upper() in _IN_QUEBEC
    return [words(_IN_FRENCH_TOO, draft.language)] if in_quebec and draft.language != "fr" else []
