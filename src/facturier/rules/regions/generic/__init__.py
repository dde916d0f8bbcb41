"""Countries without a file of their own: the law of the European Union, or what all the world asks for."""

from __future__ import annotations

from functools import lru_cache

from facturier.rules.regions.base import Region
from facturier.rules.regions.generic import union, world
from facturier.rules.regions.generic.places import is_country


@lru_cache(maxsize=512)
def generic(country: str) -> Region:
    """Return the region of a country (ISO 3166-1 alpha-2). Raises KeyError for what is none."""
    if not is_country(country):
        raise KeyError(country)
    return union.region(country) if country in union.COUNTRIES else world.region(country)
