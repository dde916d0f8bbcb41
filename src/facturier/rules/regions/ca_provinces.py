"""Canada outside Québec.

Federal rules are those of `ca.py`; provincial sales taxes stand beside the GST as components of a
code. The place of supply of most services is the recipient's business or home address (New
Harmonized Value-added Tax System Regulations, SOR/2010-117, s. 13), so the province of the customer
proposes the code. British Columbia: Provincial Sales Tax Act (S.B.C. 2012, c. 35), s. 34 and 126;
Saskatchewan: Provincial Sales Tax Act (c. P-34.1), s. 5; Manitoba: Retail Sales Tax Act (C.C.S.M.
c. R130), s. 2. These three tax some services only: legal, telecommunication, software and the like.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from facturier.rules import identifiers
from facturier.rules.document import Address, Draft, Kind, Totals
from facturier.rules.numbering import NumberFormat
from facturier.rules.regions import wording
from facturier.rules.regions.base import IdentifierField, Labels, Region, TaxCodeSeed, TaxComponentSeed
from facturier.rules.regions.ca import CA_QC, province
from facturier.rules.regions.seeds import ALWAYS, accounts, rates
from facturier.rules.regions.wording import four

_OF_QUEBEC = {one.code: one for one in CA_QC.tax_codes}
_PRINT_SHOP = ("8010", "8020", "8030")
_ACCOUNTS = (
    *(one for one in CA_QC.accounts if one.code not in _PRINT_SHOP),
    *accounts("""
2684 | tax | TVP à payer (C.-B.) | PST a debito (BC) | PST-Verbindlichkeit (BC) | PST payable (BC)
2685 | tax | TVP à payer (Sask.) | PST a debito (SK) | PST-Verbindlichkeit (SK) | PST payable (SK)
2686 | tax | TVD à payer (Man.) | RST a debito (MB) | RST-Verbindlichkeit (MB) | RST payable (MB)
"""),
)

_GST = _OF_QUEBEC["TPS"].components[0]
_PST = four(fr="TVP", it="PST", de="PST", en="PST")
_RST = four(fr="TVD", it="RST", de="RST", en="RST")


def _with_provincial(
    code: str, scheme: str, name: Labels, account: str, *steps: tuple[date, str], where: Labels
) -> TaxCodeSeed:
    """Make a code of GST and a province's own tax, each on the price alone."""
    percent = steps[-1][1]
    labels = four(
        fr=f"TPS 5 % et {name['fr']} {percent} % ({where['fr']})",
        it=f"GST 5 % e {name['it']} {percent} % ({where['it']})",
        de=f"GST 5 % und {name['de']} {percent} % ({where['de']})",
        en=f"GST 5 % and {name['en']} {percent} % ({where['en']})",
    )
    provincial = TaxComponentSeed(scheme, "S", name, account, rates(*steps))
    return TaxCodeSeed(code, labels, (_GST, provincial))


def _federal(code: str, category: str, labels: Labels, reason: Labels | None = None) -> TaxCodeSeed:
    component = replace(_GST, category=category, rates=rates((ALWAYS, "0")), exemption_reason=reason)
    return TaxCodeSeed(code, labels, (component,))


_TAX_CODES = (
    TaxCodeSeed(
        "GST",
        four(fr="TPS 5 %", it="GST 5 %", de="GST 5 %", en="GST 5 %"),
        (_GST,),
    ),
    *(
        replace(one, code=code.replace("TVH", "HST"))
        for code, one in _OF_QUEBEC.items()
        if code.startswith("TVH-")
    ),
    _with_provincial(
        "GST-PST-BC",
        "PST-BC",
        _PST,
        "2684",
        (date(2013, 4, 1), "7"),
        where=four(fr="Colombie-Britannique", it="Columbia Britannica", de="BC", en="British Columbia"),
    ),
    _with_provincial(
        "GST-PST-SK",
        "PST-SK",
        _PST,
        "2685",
        (date(2006, 10, 28), "5"),
        (date(2017, 3, 23), "6"),
        where=four(fr="Saskatchewan", it="Saskatchewan", de="Saskatchewan", en="Saskatchewan"),
    ),
    _with_provincial(
        "GST-RST-MB",
        "RST-MB",
        _RST,
        "2686",
        (date(2013, 7, 1), "8"),
        (date(2019, 7, 1), "7"),
        where=four(fr="Manitoba", it="Manitoba", de="Manitoba", en="Manitoba"),
    ),
    replace(_OF_QUEBEC["TPS-TVQ"], code="GST-QST"),
    _federal(  # Excise Tax Act, sch. VI
        "ZERO",
        "Z",
        four(fr="Détaxé (0 %)", it="Ad aliquota zero", de="Nullsatz (0 %)", en="Zero-rated (0 %)"),
    ),
    _federal(  # sch. V
        "EXEMPT",
        "E",
        four(fr="Exonéré", it="Esente", de="Steuerbefreit", en="Exempt"),
        four(
            fr="Fourniture exonérée de TPS/TVH",
            it="Operazione esente da GST/HST",
            de="Von GST/HST befreite Leistung",
            en="Supply exempt from GST/HST",
        ),
    ),
    _federal(  # s. 148, 166
        "UNREGISTERED",
        "O",
        four(
            fr="Petit fournisseur non inscrit",
            it="Piccolo fornitore non registrato",
            de="Nicht registrierter Kleinunternehmer",
            en="Small supplier, not registered",
        ),
        four(
            fr="Petit fournisseur non inscrit à la TPS/TVH",
            it="Piccolo fornitore non registrato ai fini GST/HST",
            de="Für GST/HST nicht registrierter Kleinunternehmer",
            en="Small supplier not registered for GST/HST",
        ),
    ),
)


def _number(scheme: str, name: str, province_name: Labels) -> IdentifierField:
    """Give a province's registration a field; the provinces publish no check digits."""
    french = {"PST": "TVP", "RST": "TVD"}[name]
    labels = four(
        fr=f"Numéro de {french} ({province_name['fr']})",
        it=f"Numero {name} ({province_name['it']})",
        de=f"{name}-Nummer ({province_name['de']})",
        en=f"{name} number ({province_name['en']})",
    )
    printed = four(fr=f"N° {french}", it=f"N. {name}", de=f"{name}-Nr.", en=f"{name} no.")
    return IdentifierField(scheme, labels, printed, identifiers.check_any_number, buyer=False)


_IDENTIFIERS = (
    *(one for one in CA_QC.identifiers if one.scheme in ("gst", "qst")),
    _number("pst_bc", "PST", four(fr="C.-B.", it="BC", de="BC", en="BC")),
    _number("pst_sk", "PST", four(fr="Sask.", it="SK", de="SK", en="SK")),
    _number("rst_mb", "RST", four(fr="Man.", it="MB", de="MB", en="MB")),
    IdentifierField(
        "business_number",
        four(fr="Numéro d’entreprise", it="Business number", de="Unternehmensnummer", en="Business number"),
        four(fr="NE", it="BN", de="BN", en="BN"),
        identifiers.check_business_number,
    ),
)

# The provincial taxes of British Columbia, Saskatchewan and Manitoba are chosen by hand, by who is
# registered there and sells what they tax: the GST alone is proposed for their customers.
_PROPOSED = {
    **{name: f"HST-{name}" for name in ("ON", "NB", "NL", "NS", "PE")},
    "": "GST",
}


def _proposes(address: Address) -> str:
    if address.country not in ("", "CA"):
        return "ZERO"  # sch. VI, part V: services to those who are not resident
    return _PROPOSED.get(province(address), "GST")


def _mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    said = [*wording.of_kind(draft), *wording.of_exemptions(draft), *wording.of_french(draft)]
    if draft.kind is Kind.INVOICE:  # asked for from 500 CAD on: SOR/91-45, s. 3 (c) (iv)
        said.append(wording.of_terms(draft))
    return tuple(said)


CA = Region(
    code="CA",
    country="CA",
    labels=four(
        fr="Canada (hors Québec)",
        it="Canada (fuori dal Québec)",
        de="Kanada (außer Québec)",
        en="Canada (outside Québec)",
    ),
    currency="CAD",
    languages=("en", "fr", "it", "de"),
    locale_of=CA_QC.locale_of,
    time_zone="America/Toronto",
    payment_days=30,
    strict_issuing=False,
    retention_years=6,  # Excise Tax Act, s. 286 (3)
    series={
        Kind.PRO_FORMA: NumberFormat("PF-", yearly=False),
        Kind.INVOICE: NumberFormat("INV-", yearly=False),
        Kind.CREDIT_NOTE: NumberFormat("CN-", yearly=False),
    },
    accounts=_ACCOUNTS,
    tax_codes=_TAX_CODES,
    identifiers=_IDENTIFIERS,
    missing=CA_QC.missing,  # the numbers of GST, HST and QST, from 100 CAD on
    mentions=_mentions,
    states_tax_at_home=False,  # as in Québec
    proposes=_proposes,
)
