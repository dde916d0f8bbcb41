"""One country, one file of data and small rules; `base.py` says what a region states."""

from facturier.rules.regions.base import Region
from facturier.rules.regions.ca import CA_QC
from facturier.rules.regions.ca_provinces import CA
from facturier.rules.regions.de import DE
from facturier.rules.regions.fr import FR
from facturier.rules.regions.gb import GB
from facturier.rules.regions.it import IT
from facturier.rules.regions.us import US

REGIONS: dict[str, Region] = {region.code: region for region in (FR, DE, IT, CA_QC, CA, GB, US)}


def region(code: str) -> Region:
    """Return the region of that code. Raises KeyError, naming those there are."""
    try:
        return REGIONS[code]
    except KeyError:
        raise KeyError(f"{code!r} is no region; there are {', '.join(REGIONS)}") from None
