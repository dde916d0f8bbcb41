"""Every word that is printed on a document, in the four languages.

German law calls "Gutschrift" an invoice that the customer writes (§ 14 (2) UStG), so what we credit
is a "Rechnungskorrektur" (§ 31 (5) UStDV). France says "avoir", Québec "note de crédit".
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from facturier.rules.regions.base import Labels

_LANGUAGES = ("fr", "de", "it", "en")

_TABLE: dict[str, tuple[str, str, str, str]] = {
    # key: fr, de, it, en
    "invoice": ("Facture", "Rechnung", "Fattura", "Invoice"),
    "credit_note": ("Avoir", "Rechnungskorrektur", "Nota di credito", "Credit note"),
    "pro_forma": (
        "Facture pro forma",
        "Proforma-Rechnung",
        "Fattura proforma",
        "Pro forma invoice",
    ),
    "draft": ("Brouillon", "Entwurf", "Bozza", "Draft"),
    "pro_forma_mark": ("Pro forma", "Proforma", "Proforma", "Pro forma"),
    "number": ("Numéro", "Nummer", "Numero", "Number"),
    "issue_date": ("Date d’émission", "Rechnungsdatum", "Data di emissione", "Issue date"),
    "credit_date": ("Date d’émission", "Datum", "Data di emissione", "Issue date"),
    "due_date": ("Échéance", "Zahlbar bis", "Scadenza", "Due date"),
    "customer_number": ("N° client", "Kundennummer", "Codice cliente", "Customer no."),
    "order": ("Votre commande", "Ihre Bestellung", "Vostro ordine", "Your order"),
    "delivered_to": ("Livré à", "Lieferadresse", "Consegnato a", "Delivered to"),
    "corrects": ("Corrige", "Korrektur zu", "Rettifica di", "Corrects"),
    "follows": ("Fait suite à", "Bezug", "Riferimento", "Refers to"),
    "billed_to": ("Facturé à", "Rechnung an", "Fatturato a", "Billed to"),
    "credited_to": ("Crédité à", "Empfänger", "Accreditato a", "Credited to"),
    "offered_to": ("Adressé à", "Empfänger", "Destinatario", "Addressed to"),
    "seller": ("Émetteur", "Rechnungssteller", "Emittente", "Seller"),
    "lines": ("Détail", "Positionen", "Dettaglio", "Details"),
    "description": ("Désignation", "Bezeichnung", "Descrizione", "Description"),
    "quantity": ("Qté", "Menge", "Q.tà", "Qty"),
    "unit": ("Unité", "Einheit", "Unità", "Unit"),
    "unit_price": ("Prix HT", "Einzelpreis", "Prezzo", "Unit price"),
    "discount": ("Remise", "Rabatt", "Sconto", "Discount"),
    "tax": ("TVA", "MwSt.", "IVA", "VAT"),
    "net": ("Montant HT", "Betrag netto", "Importo", "Net amount"),
    "line_order": ("Commande", "Bestellung", "Ordine", "Order"),
    "subtotal": ("Sous-total", "Zwischensumme", "Subtotale", "Subtotal"),
    "allowance": ("Remise", "Nachlass", "Sconto", "Discount"),
    "charge": ("Supplément", "Zuschlag", "Maggiorazione", "Charge"),
    "sum_of_lines": ("Somme des lignes", "Summe der Positionen", "Totale righe", "Sum of lines"),
    "total_net": ("Total HT", "Summe netto", "Imponibile", "Total excl. VAT"),
    "total_tax": ("Total TVA", "Summe MwSt.", "Totale IVA", "Total VAT"),
    "tax_in": ("%s en %s", "%s in %s", "%s in %s", "%s in %s"),
    "total_gross": ("Total TTC", "Gesamtbetrag", "Totale", "Total incl. VAT"),
    "prepaid": ("Déjà réglé", "Bereits bezahlt", "Già pagato", "Already paid"),
    "due": ("À payer", "Zu zahlen", "Da pagare", "Amount due"),
    "credited": ("Total de l’avoir", "Korrekturbetrag", "Totale a credito", "Total credit"),
    "tax_summary": ("Récapitulatif TVA", "MwSt.-Übersicht", "Riepilogo IVA", "VAT summary"),
    "tax_name": ("Taxe", "Steuer", "Imposta", "Tax"),
    "rate": ("Taux", "Satz", "Aliquota", "Rate"),
    "base": ("Base HT", "Bemessungsgrundlage", "Imponibile", "Base"),
    "tax_amount": ("Montant", "Betrag", "Imposta", "Amount"),
    "payment": ("Règlement", "Zahlung", "Pagamento", "Payment"),
    "account_name": ("Titulaire", "Kontoinhaber", "Intestatario", "Account holder"),
    "iban": ("IBAN", "IBAN", "IBAN", "IBAN"),
    "bic": ("BIC", "BIC", "BIC", "BIC"),
    "reference": ("Référence", "Verwendungszweck", "Causale", "Reference"),
    "qr": (
        "Code QR pour payer par virement",
        "GiroCode: QR-Code für die Überweisung",
        "Codice QR per pagare con bonifico",
        "QR code to pay by bank transfer",
    ),
    "scan": ("Scanner pour payer", "Zum Zahlen scannen", "Inquadra per pagare", "Scan to pay"),
    "logo": ("Logo de", "Logo von", "Logo di", "Logo of"),
    "page": ("Page", "Seite", "Pagina", "Page"),
    "of": ("sur", "von", "di", "of"),
    "phone": ("Tél.", "Tel.", "Tel.", "Tel."),
    "attention": ("À l’attention de", "z. Hd.", "c.a.", "Attn"),
    "notes": ("Mentions", "Hinweise", "Note", "Notes"),
}

# Where several taxes stand side by side, as in Canada, no single one can name a column.
_SEVERAL_TAXES: dict[str, tuple[str, str, str, str]] = {
    "unit_price": ("Prix unitaire", "Einzelpreis", "Prezzo", "Unit price"),
    "tax": ("Taxes", "Steuern", "Imposte", "Taxes"),
    "net": ("Montant", "Betrag", "Importo", "Amount"),
    "total_net": ("Total avant taxes", "Summe vor Steuern", "Imponibile", "Total before taxes"),
    "total_tax": ("Total des taxes", "Summe Steuern", "Totale imposte", "Total taxes"),
    "total_gross": ("Total avec taxes", "Gesamtbetrag", "Totale", "Total with taxes"),
    "tax_summary": (
        "Récapitulatif des taxes",
        "Steuerübersicht",
        "Riepilogo imposte",
        "Tax summary",
    ),
    "base": ("Base", "Bemessungsgrundlage", "Imponibile", "Base"),
}

_COUNTRIES: dict[tuple[str, str], dict[str, str]] = {
    ("CA", "fr"): {"credit_note": "Note de crédit", "credited": "Total de la note de crédit"},
}


@lru_cache(maxsize=64)
def words_for(language: str, *, country: str, value_added_tax: bool) -> Labels:
    """Return the printed words: key → text in that language, English where it is none of the four.

    `value_added_tax` chooses the words of a single VAT ("Total HT", "TVA") or of several taxes.
    """
    spoken = language if language in _LANGUAGES else "en"
    column = _LANGUAGES.index(spoken)
    found = {key: texts[column] for key, texts in _TABLE.items()}
    if not value_added_tax:
        found |= {key: texts[column] for key, texts in _SEVERAL_TAXES.items()}
    return MappingProxyType(found | _COUNTRIES.get((country, spoken), {}))
