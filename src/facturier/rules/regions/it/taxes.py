"""Italy's tax codes: IVA by rate, and one code per Natura that the tax agency distinguishes.

DPR 633/1972; the Natura codes are those of FatturaPA 1.2 (provvedimento 99922/2020): they stand on
each component as its exemption code. N7 (VAT paid in another state under OSS) is left to sellers
who use it: its rates are those of the other states.
"""

from __future__ import annotations

from datetime import date

from facturier.rules.regions.base import Labels, TaxCodeSeed, TaxComponentSeed
from facturier.rules.regions.seeds import ALWAYS, rates
from facturier.rules.regions.wording import four

IVA = four(fr="TVA", it="IVA", de="MwSt.", en="VAT")
PAYABLE = "2601"

NOT_SUBJECT = four(
    fr="Opération non soumise à la TVA",
    it="Operazione non soggetta a IVA",
    de="Nicht der MwSt. unterliegender Umsatz",
    en="Not subject to VAT",
)
NOT_TAXABLE = four(
    fr="Opération exonérée de TVA avec droit à déduction",
    it="Operazione non imponibile",
    de="Steuerfreier Umsatz mit Vorsteuerabzug",
    en="VAT exempt supply with right of deduction",
)
EXEMPT = four(
    fr="Opération exonérée de TVA", it="Operazione esente", de="Steuerfreier Umsatz", en="VAT exempt"
)
REVERSE = four(
    fr="Autoliquidation",
    it="Inversione contabile",
    de="Steuerschuldnerschaft des Leistungsempfängers",
    en="Reverse charge",
)
# Directive 2006/112/EC, art. 226, no. 14: the Italian words for second-hand goods, art and antiques.
MARGIN = four(
    fr="Régime particulier – Biens d’occasion",
    it="Regime del margine – Beni usati",
    de="Gebrauchtgegenstände/Sonderregelung",
    en="Margin scheme – Second-hand goods",
)
EXCLUDED = four(
    fr="Somme exclue de la base d’imposition",
    it="Escluso dalla base imponibile",
    de="Nicht zur Bemessungsgrundlage gehörender Betrag",
    en="Excluded from the taxable amount",
)


def _taxed(code: str, account: str, labels: Labels, *steps: tuple[date, str]) -> TaxCodeSeed:
    component = TaxComponentSeed("VAT", "S", IVA, account, rates(*steps))
    return TaxCodeSeed(code, labels, (component,))


def _natura(code: str, natura: str, category: str, labels: Labels, why: Labels, law: str) -> TaxCodeSeed:
    """Make a code of rate zero whose reason names the law (DPR 633/1972, art. 21 (6), (6-bis))."""
    reason = four(**{language: f"{text}, {law}" for language, text in why.items()})
    component = TaxComponentSeed("VAT", category, IVA, PAYABLE, rates((ALWAYS, "0")), reason, natura)
    return TaxCodeSeed(code, labels, (component,))


def _reverse(natura: str, law: str, *, fr: str, it: str, de: str, en: str) -> TaxCodeSeed:
    """Make a code of the reverse charge within Italy."""
    labels = four(
        fr=f"Autoliquidation : {fr}",
        it=f"Inversione contabile: {it}",
        de=f"Umkehr der Steuerschuld: {de}",
        en=f"Reverse charge: {en}",
    )
    return _natura(natura.replace("N", "RC-"), natura, "AE", labels, REVERSE, law)


TAX_CODES = (
    _taxed(  # art. 16
        "IVA22",
        PAYABLE,
        four(
            fr="TVA 22 % (taux ordinaire)",
            it="IVA 22 % (aliquota ordinaria)",
            de="MwSt. 22 % (Normalsatz)",
            en="VAT 22 % (standard rate)",
        ),
        (date(2011, 9, 17), "21"),
        (date(2013, 10, 1), "22"),
    ),
    _taxed(  # tabella A, parte III
        "IVA10",
        "2602",
        four(
            fr="TVA 10 % (taux réduit)",
            it="IVA 10 % (aliquota ridotta)",
            de="MwSt. 10 % (ermäßigter Satz)",
            en="VAT 10 % (reduced rate)",
        ),
        (date(1995, 2, 24), "10"),
    ),
    _taxed(  # tabella A, parte II-bis: L. 208/2015
        "IVA5",
        "2603",
        four(
            fr="TVA 5 % (taux réduit)",
            it="IVA 5 % (aliquota ridotta)",
            de="MwSt. 5 % (ermäßigter Satz)",
            en="VAT 5 % (reduced rate)",
        ),
        (date(2016, 1, 1), "5"),
    ),
    _taxed(  # tabella A, parte II
        "IVA4",
        "2604",
        four(
            fr="TVA 4 % (taux super-réduit)",
            it="IVA 4 % (aliquota minima)",
            de="MwSt. 4 % (stark ermäßigter Satz)",
            en="VAT 4 % (super-reduced rate)",
        ),
        (date(1989, 1, 1), "4"),
    ),
    _natura(
        "FORFETTARIO",
        "N2.2",
        "E",
        four(
            fr="Régime forfaitaire (RF19)",
            it="Regime forfettario (RF19)",
            de="Pauschalregelung (RF19)",
            en="Flat-rate scheme (RF19)",
        ),
        four(
            fr="Opération sans application de la TVA, régime forfaitaire italien",
            it="Operazione senza applicazione dell’IVA, regime forfettario",
            de="Umsatz ohne MwSt., italienische Pauschalregelung",
            en="No VAT charged, Italian flat-rate scheme",
        ),
        "art. 1, c. 54-89, L. 190/2014",
    ),
    _natura(
        "ART15",
        "N1",
        "E",
        four(
            fr="Débours au nom du client (art. 15)",
            it="Anticipazioni in nome e per conto (art. 15)",
            de="Durchlaufende Posten (Art. 15)",
            en="Disbursements in the customer’s name (art. 15)",
        ),
        EXCLUDED,
        "art. 15 DPR 633/72",
    ),
    _natura(
        "BOLLO",
        "N1",
        "E",
        four(
            fr="Droit de timbre refacturé",
            it="Rivalsa dell’imposta di bollo",
            de="Weiterberechnete Stempelsteuer",
            en="Stamp duty recharged",
        ),
        EXCLUDED,
        "art. 15 DPR 633/72",
    ),
    _natura(  # art. 21 (6-bis) a: the words are "inversione contabile"
        "UE-SERVIZI",
        "N2.1",
        "AE",
        four(
            fr="Prestation à une entreprise de l’UE",
            it="Servizi a un’impresa dell’UE",
            de="Leistung an ein Unternehmen in der EU",
            en="Services to a business in the EU",
        ),
        REVERSE,
        "art. 7-ter DPR 633/72, artt. 44, 196 dir. 2006/112/CE",
    ),
    _natura(  # art. 21 (6-bis) b: the words are "operazione non soggetta"
        "EXTRA-UE",
        "N2.1",
        "O",
        four(
            fr="Prestation à une entreprise hors UE",
            it="Servizi a un’impresa fuori dall’UE",
            de="Leistung an ein Unternehmen außerhalb der EU",
            en="Services to a business outside the EU",
        ),
        NOT_SUBJECT,
        "art. 7-ter DPR 633/72",
    ),
    _natura(
        "FUORI-CAMPO",
        "N2.2",
        "E",
        four(
            fr="Hors du champ de la TVA",
            it="Fuori campo IVA",
            de="Nicht steuerbar",
            en="Outside the scope of VAT",
        ),
        NOT_SUBJECT,
        "artt. 2, 3, 4, 5 DPR 633/72",
    ),
    _natura(
        "ESPORTAZIONE",
        "N3.1",
        "G",
        four(
            fr="Exportation de biens hors UE",
            it="Cessione all’esportazione",
            de="Ausfuhrlieferung außerhalb der EU",
            en="Export of goods outside the EU",
        ),
        NOT_TAXABLE,
        "art. 8 DPR 633/72",
    ),
    _natura(
        "UE-BENI",
        "N3.2",
        "K",
        four(
            fr="Livraison intracommunautaire de biens",
            it="Cessione intracomunitaria di beni",
            de="Innergemeinschaftliche Lieferung",
            en="Intra-Community supply of goods",
        ),
        NOT_TAXABLE,
        "art. 41 DL 331/93",
    ),
    _natura(
        "SAN-MARINO",
        "N3.3",
        "G",
        four(
            fr="Vente de biens à Saint-Marin",
            it="Cessione verso San Marino",
            de="Lieferung nach San Marino",
            en="Supply of goods to San Marino",
        ),
        NOT_TAXABLE,
        "art. 71 DPR 633/72",
    ),
    _natura(
        "ASSIMILATE",
        "N3.4",
        "G",
        four(
            fr="Opérations assimilées à l’exportation",
            it="Operazioni assimilate alle esportazioni",
            de="Der Ausfuhr gleichgestellte Umsätze",
            en="Supplies treated as exports",
        ),
        NOT_TAXABLE,
        "artt. 8-bis, 9 DPR 633/72",
    ),
    _natura(  # DL 34/2019, art. 12-septies: the note of the document gives the declaration's protocol
        "INTENTO",
        "N3.5",
        "E",
        four(
            fr="Exportateur habituel (déclaration d’intention)",
            it="Esportatore abituale (dichiarazione d’intento)",
            de="Gewöhnlicher Ausführer (Absichtserklärung)",
            en="Habitual exporter (declaration of intent)",
        ),
        NOT_TAXABLE,
        "art. 8, c. 1, lett. c) DPR 633/72",
    ),
    _natura(
        "NON-IMPONIBILE",
        "N3.6",
        "E",
        four(
            fr="Autres opérations avec droit à déduction",
            it="Altre operazioni non imponibili",
            de="Andere steuerfreie Umsätze mit Vorsteuerabzug",
            en="Other supplies with right of deduction",
        ),
        NOT_TAXABLE,
        "art. 50-bis DL 331/93",
    ),
    _natura(
        "ESENTE",
        "N4",
        "E",
        four(fr="Exonéré de TVA", it="Esente da IVA", de="Von der MwSt. befreit", en="VAT exempt"),
        EXEMPT,
        "art. 10 DPR 633/72",
    ),
    _natura(
        "MARGINE",
        "N5",
        "E",
        four(
            fr="Régime de la marge",
            it="Regime del margine",
            de="Differenzbesteuerung",
            en="Margin scheme",
        ),
        MARGIN,
        "art. 36 DL 41/95",
    ),
    _reverse(
        "N6.1",
        "art. 74, c. 7, 8 DPR 633/72",
        fr="déchets et ferraille",
        it="rottami",
        de="Schrott",
        en="scrap",
    ),
    _reverse(
        "N6.3",
        "art. 17, c. 6, lett. a) DPR 633/72",
        fr="sous-traitance du bâtiment",
        it="subappalto edile",
        de="Bau-Nachunternehmer",
        en="construction subcontracts",
    ),
    _reverse(
        "N6.4",
        "art. 17, c. 6, lett. a-bis) DPR 633/72",
        fr="ventes d’immeubles",
        it="cessione di fabbricati",
        de="Gebäude",
        en="buildings",
    ),
    _reverse(
        "N6.5",
        "art. 17, c. 6, lett. b) DPR 633/72",
        fr="téléphones mobiles",
        it="telefoni cellulari",
        de="Mobiltelefone",
        en="mobile telephones",
    ),
    _reverse(
        "N6.6",
        "art. 17, c. 6, lett. c) DPR 633/72",
        fr="ordinateurs et circuits intégrés",
        it="prodotti elettronici",
        de="Computer und Schaltkreise",
        en="computers and integrated circuits",
    ),
    _reverse(
        "N6.7",
        "art. 17, c. 6, lett. a-ter) DPR 633/72",
        fr="nettoyage et installations d’immeubles",
        it="pulizia e impianti di edifici",
        de="Gebäudereinigung und -installation",
        en="cleaning and installation in buildings",
    ),
    _reverse(
        "N6.8",
        "art. 17, c. 6, lett. d-bis), d-ter), d-quater) DPR 633/72",
        fr="gaz, électricité, quotas d’émission",
        it="settore energetico",
        de="Gas, Strom, Emissionszertifikate",
        en="gas, electricity, emission allowances",
    ),
    _reverse(
        "N6.9",
        "art. 17 DPR 633/72",
        fr="autres cas",
        it="altri casi",
        de="andere Fälle",
        en="other cases",
    ),
)
