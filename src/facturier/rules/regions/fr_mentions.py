"""What French documents say at their end. The law is named at the head of fr.py."""

from __future__ import annotations

from datetime import date

from facturier.rules import supply
from facturier.rules.document import Draft, Kind, Nature, Totals
from facturier.rules.regions import asking, wording
from facturier.rules.regions.base import Labels, words
from facturier.rules.regions.wording import four

# C. com., art. L441-9, L441-10, II and D441-5, with the lowest rate that conditions may set.
_LATE_PAYMENT = four(
    fr="En cas de retard de paiement, des pénalités au taux de trois fois le taux d’intérêt légal"
    " sont exigibles sans rappel, ainsi que, pour tout professionnel, une indemnité forfaitaire"
    " pour frais de recouvrement de 40 €.",
    it="In caso di ritardo di pagamento sono dovuti, senza sollecito, interessi pari a tre volte"
    " il tasso legale francese e, da ogni professionista, un’indennità forfettaria di 40 € per le"
    " spese di recupero.",
    de="Bei Zahlungsverzug fallen ohne Mahnung Verzugszinsen in Höhe des dreifachen französischen"
    " gesetzlichen Zinssatzes an sowie, bei Unternehmern, eine Beitreibungspauschale von 40 €.",
    en="Late payment bears interest at three times the French statutory rate without reminder and,"
    " for business customers, a fixed compensation of €40 for recovery costs.",
)
_NO_DISCOUNT = four(
    fr="Pas d’escompte pour paiement anticipé.",
    it="Nessuno sconto per pagamento anticipato.",
    de="Kein Skonto bei vorzeitiger Zahlung.",
    en="No discount for early payment.",
)
# Annexe II, art. 242 nonies A, I, as of décret 2022-1299.
_CATEGORIES: dict[frozenset[Nature], Labels] = {
    frozenset([Nature.GOODS]): four(
        fr="Catégorie de l’opération : livraison de biens.",
        it="Categoria dell’operazione: cessione di beni.",
        de="Art des Umsatzes: Lieferung von Gegenständen.",
        en="Category of transaction: supply of goods.",
    ),
    frozenset([Nature.SERVICES]): four(
        fr="Catégorie de l’opération : prestation de services.",
        it="Categoria dell’operazione: prestazione di servizi.",
        de="Art des Umsatzes: Dienstleistung.",
        en="Category of transaction: supply of services.",
    ),
    frozenset(Nature): four(
        fr="Catégorie de l’opération : livraison de biens et prestation de services.",
        it="Categoria dell’operazione: cessione di beni e prestazione di servizi.",
        de="Art des Umsatzes: Lieferung von Gegenständen und Dienstleistung.",
        en="Category of transaction: supply of goods and services.",
    ),
}
# The same article; the option is that of CGI, art. 269, 2, c, and concerns services.
_ON_DEBITS = four(
    fr="Option pour le paiement de la taxe d’après les débits.",
    it="Opzione per il pagamento dell’imposta in base agli addebiti (regime francese).",
    de="Option zur Versteuerung nach vereinbarten Entgelten (französische „option pour les débits“).",
    en="Option for VAT to fall due when invoiced (French “option pour les débits”).",
)


def _of_category(draft: Draft) -> list[str]:
    """Say whether goods or services are supplied, and that VAT on services is owed once it is invoiced."""
    if draft.kind is Kind.PRO_FORMA:
        return []
    found = supply.natures(draft)
    said = [words(_CATEGORIES[found], draft.language)] if found else []
    if draft.vat_on_debits and Nature.SERVICES in found and any(tax.rate for tax in asking.taxes_of(draft)):
        said.append(words(_ON_DEBITS, draft.language))
    return said


def mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    """Write the sentences of a French document, in its language."""
    said = [
        *wording.of_kind(draft),
        *wording.of_exemptions(draft),
        *_of_category(draft),
        *wording.of_service_date(draft),
    ]
    if draft.kind is Kind.INVOICE:
        said += [words(_NO_DISCOUNT, draft.language), words(_LATE_PAYMENT, draft.language)]
    return tuple(said)
