"""One country, one file of data and small rules; `base.py` says what a region states.

REGIONS are those with a file of their own; `generic/` makes one for any other country.
"""

from facturier.rules.regions.base import Region
from facturier.rules.regions.ca import CA_QC
from facturier.rules.regions.ca_provinces import CA
from facturier.rules.regions.de import DE
from facturier.rules.regions.fr import FR
from facturier.rules.regions.gb import GB
from facturier.rules.regions.generic import generic
from facturier.rules.regions.generic.places import is_country
from facturier.rules.regions.it import IT
from facturier.rules.regions.us import US

REGIONS: dict[str, Region] = {region.code: region for region in (FR, DE, IT, CA_QC, CA, GB, US)}


def region(code: str) -> Region:
    """Return the region of that code: one of REGIONS, or any other country by its two letters.

    Raises KeyError for what is neither.
    """
    known = REGIONS.get(code)
    return known if known is not None else generic(code)


def is_region(code: str) -> bool:
    """Tell whether one can sell from there."""
    return code in REGIONS or is_country(code)
