"""UN/ECE Recommendation 20 unit codes in words, as they stand behind a quantity."""

from __future__ import annotations

from facturier.rules.regions.base import Labels, words


def _unit(fr: str, de: str, it: str, en: str) -> Labels:
    return {"fr": fr, "de": de, "it": it, "en": en}


_ONE = "C62"  # the number itself: "3", not "3 of something"
_PIECE = _unit("pce/pces", "Stk.", "pz", "pc/pcs")

# Where the plural differs it follows a stroke. A code that is missing here is printed as it is.
UNITS: dict[str, Labels] = {
    "EA": _PIECE,
    "H87": _PIECE,
    "XPP": _PIECE,
    "NAR": _unit("article/articles", "Artikel", "articolo/articoli", "article/articles"),
    "SET": _unit("lot/lots", "Satz/Sätze", "set", "set/sets"),
    "PR": _unit("paire/paires", "Paar", "paio/paia", "pair/pairs"),
    "DZN": _unit("douzaine/douzaines", "Dutzend", "dozzina/dozzine", "dozen"),
    "CEN": _unit("cent", "Hundert", "cento", "hundred"),
    "MIL": _unit("mille", "Tausend", "mille", "thousand"),
    "LS": _unit("forfait", "pauschal", "forfait", "lump sum"),
    "E48": _unit("prestation/prestations", "Leistung/Leistungen", "servizio/servizi", "service/services"),
    "ACT": _unit("activité/activités", "Vorgang/Vorgänge", "attività", "activity/activities"),
    "E49": _unit(
        "jour-homme/jours-homme",
        "Personentag/Personentage",
        "giorno-uomo/giorni-uomo",
        "person-day/person-days",
    ),
    "HUR": _unit("h", "Std.", "h", "h"),
    "LH": _unit("h", "Std.", "h", "h"),
    "MIN": _unit("min", "Min.", "min", "min"),
    "SEC": _unit("s", "s", "s", "s"),
    "DAY": _unit("jour/jours", "Tag/Tage", "giorno/giorni", "day/days"),
    "WEE": _unit("semaine/semaines", "Woche/Wochen", "settimana/settimane", "week/weeks"),
    "MON": _unit("mois", "Monat/Monate", "mese/mesi", "month/months"),
    "QAN": _unit("trimestre/trimestres", "Quartal/Quartale", "trimestre/trimestri", "quarter/quarters"),
    "SAN": _unit("semestre/semestres", "Halbjahr/Halbjahre", "semestre/semestri", "half-year/half-years"),
    "ANN": _unit("an/ans", "Jahr/Jahre", "anno/anni", "year/years"),
    "KMT": _unit("km", "km", "km", "km"),
    "MTR": _unit("m", "m", "m", "m"),
    "CMT": _unit("cm", "cm", "cm", "cm"),
    "MMT": _unit("mm", "mm", "mm", "mm"),
    "SMI": _unit("mille/milles", "Meile/Meilen", "miglio/miglia", "mile/miles"),
    "MTK": _unit("m²", "m²", "m²", "m²"),
    "MTQ": _unit("m³", "m³", "m³", "m³"),
    "FTK": _unit("pi²", "ft²", "ft²", "sq ft"),
    "LTR": _unit("l", "l", "l", "l"),
    "KGM": _unit("kg", "kg", "kg", "kg"),
    "GRM": _unit("g", "g", "g", "g"),
    "TNE": _unit("t", "t", "t", "t"),
    "LBR": _unit("lb", "lb", "lb", "lb"),
    "KWH": _unit("kWh", "kWh", "kWh", "kWh"),
    "4L": _unit("Mo", "MB", "MB", "MB"),
    "E34": _unit("Go", "GB", "GB", "GB"),
    "E35": _unit("To", "TB", "TB", "TB"),
    "XPK": _unit("paquet/paquets", "Paket/Pakete", "pacco/pacchi", "package/packages"),
    "XBX": _unit("boîte/boîtes", "Karton/Kartons", "scatola/scatole", "box/boxes"),
    "XRO": _unit("rouleau/rouleaux", "Rolle/Rollen", "rotolo/rotoli", "roll/rolls"),
    "RM": _unit("rame/rames", "Ries", "risma/risme", "ream/reams"),
    "ST": _unit("feuille/feuilles", "Bogen", "foglio/fogli", "sheet/sheets"),
    "E4": _unit("kg brut", "kg brutto", "kg lordi", "gross kg"),
    "P1": _unit("%", "%", "%", "%"),
}


def unit_words(code: str, language: str, *, many: bool = False) -> str:
    """Name a unit, in the plural for `many`; a code that is not in the table stands as it is."""
    if code == _ONE:
        return ""
    labels = UNITS.get(code)
    if labels is None:
        return code
    one, _, several = words(labels, language).partition("/")
    return several if many and several else one
