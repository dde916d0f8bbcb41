"""What is known of every country: its names, languages, currency, formats and time zone (CLDR, by Babel)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies

from facturier.rules.regions.base import Labels
from facturier.rules.regions.wording import four

# Codes of CLDR that ISO 3166-1 gives to no country.
_NO_COUNTRIES = frozenset(("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"))
_AT_HOME = {"fr": "fr_FR", "it": "it_IT", "de": "de_DE", "en": "en_GB"}

# Where there are several zones: that of the capital.
_ZONES = {
    "AQ": "Antarctica/McMurdo",
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Ponape",
    "GL": "America/Godthab",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UM": "Pacific/Wake",
    "UZ": "Asia/Tashkent",
}
# The day whose legal tender is meant: CLDR dates currencies, and rules read no clock.
_TENDER_ON = date(2026, 1, 1)
_TENDER = {"BG": "EUR"}  # since 2026-01-01, which CLDR learnt later


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Return the codes of ISO 3166-1, two letters each."""
    known = [str(code) for code in Locale("en").territories]
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


def is_country(code: str) -> bool:
    """Tell whether a code is one of ISO 3166-1 alpha-2."""
    return code in countries()


def name(country: str) -> Labels:
    """Name a country in the four languages; its code where CLDR has no name."""
    fr, it, de, en = (Locale(one).territories.get(country, country) for one in ("fr", "it", "de", "en"))
    return four(fr=fr, it=it, de=de, en=en)


def currency(country: str) -> str:
    """Return the legal tender of a country (ISO 4217); USD where there is none, as on Antarctica."""
    if country in _TENDER:
        return _TENDER[country]
    found = get_territory_currencies(country, start_date=_TENDER_ON, non_tender=False)
    return str(found[0]) if found else "USD"


def languages(country: str) -> tuple[str, ...]:
    """Return the four languages of documents, those that the country speaks first, then English."""
    spoken = get_official_languages(country, de_facto=True)
    official = [one for one in spoken if one in _AT_HOME]
    return tuple(dict.fromkeys((*official, "en", "fr", "de", "it")))


def locale_of(country: str) -> Labels:
    """Return how each language is formatted there: de_AT in Austria, en_GB where CLDR knows no better."""
    return {language: _locale(language, country) for language in _AT_HOME}


def _locale(language: str, country: str) -> str:
    try:
        return str(Locale(language, country))
    except UnknownLocaleError:
        return _AT_HOME[language]


def time_zone(country: str) -> str:
    """Return the time zone of a country, of its capital where it has several."""
    if country in _ZONES:
        return _ZONES[country]
    zones = get_global("territory_zones").get(country)
    return str(zones[0]) if zones else "UTC"
