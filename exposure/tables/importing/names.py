"""Names of countries as USGS and trade statistics write them, to the codes of the tables."""

import re

from exposure.places import BY_NAME, COUNTRIES, REGIONS

OTHER_SPELLINGS = {
    "BOLIVIA (PLURINATIONAL STATE OF)": "BOL",
    "BURMA": "MMR",
    "CHINA, HONG KONG SAR": "HKG",
    "CHINA, MACAO SAR": "MAC",
    "CONGO (BRAZZAVILLE)": "COG",
    "CONGO (KINSHASA)": "COD",
    "CZECH REPUBLIC": "CZE",
    "KOREA, NORTH": "PRK",
    "KOREA, REPUBLIC OF": "KOR",
    "OTHER ASIA, NES": "TWN",
    "OTHER COUNTRIES": "ROW",
    "REP. OF KOREA": "KOR",
    "RUSSIAN FEDERATION": "RUS",
    "TURKEY": "TUR",
    "UNITED STATES OF AMERICA": "USA",
    "USA": "USA",
    "VIET NAM": "VNM",
    "WORLD TOTAL": "WLD",
}
"""Spellings that the list of places does not have."""


def country_code(name: str) -> str | None:
    """Code of a country, or of ROW or WLD, from a name or code; None if it is neither.

    Examples
    --------
    >>> country_code("Burma"), country_code("World total (rounded)"), country_code("Atlantis")
    ('MMR', 'WLD', None)
    """
    plain = re.sub(r"\s*\(rounded\)$|\s*\d+$", "", name.strip(), flags=re.IGNORECASE).upper()
    if plain in COUNTRIES or plain in REGIONS:
        return plain
    return OTHER_SPELLINGS.get(plain) or BY_NAME.get(plain)
