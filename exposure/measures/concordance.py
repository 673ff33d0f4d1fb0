"""Industries of the sectors in other classifications: a table outside the tables of the model.

It assigns losses to industries, and changes no score. ISIC is Rev. 4, by division; NACE is Rev. 2;
NAICS is 2017; BEA are the summary industries of the US input-output accounts.
"""

import csv
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from exposure.errors import TableError
from exposure.faults import Fault
from exposure.tables.reading.location import shipped_folder
from exposure.wording import faults_of

if TYPE_CHECKING:
    import pandas as pd

FILE = "concordances/industries.csv"
"""Path of the table, in the folder of the shipped tables."""

System = Literal["stated", "isic", "nace", "naics", "bea"]
"""Classifications; `stated` is that of the table of sectors."""

SYSTEMS: tuple[System, ...] = ("stated", "isic", "nace", "naics", "bea")


class Industry(BaseModel):
    """An industry code of the table of sectors, in other classifications."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    code: str
    """Code as the table of sectors states it."""
    within: str = ""
    """Code that holds this one too; empty for none. The two are never added."""
    isic: str = ""
    """Division of ISIC Rev. 4; empty where it has no counterpart, as in the other columns."""
    nace: str = ""
    """Division of NACE Rev. 2."""
    naics: str = ""
    """NAICS 2017, codes joined by blanks."""
    bea: str = ""
    """Summary industry of the US input-output accounts."""
    basis: Literal["reported", "assumed"]
    """Basis: a classification that was read, or judgement."""
    source: str = ""
    """Sources of codes and links; empty if there is none."""
    note: str
    """Remarks for readers."""

    def in_system(self, system: System) -> str:
        """Return the code of the industry in a classification; empty if there is none."""
        codes: Mapping[System, str] = {
            "stated": self.code, "isic": self.isic, "nace": self.nace, "naics": self.naics,
            "bea": self.bea,
        }  # fmt: skip
        return codes[system]


@cache
def industries() -> Mapping[str, Industry]:
    """Industries by the code that the table of sectors states.

    Raises
    ------
    TableError
        If the file is at fault; all faults in one message.
    """
    path = shipped_folder() / FILE
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    rows: dict[str, Industry] = {}
    faults: list[Fault] = []
    for number, line in enumerate(lines, start=2):
        try:
            row = Industry.model_validate(line)
        except ValidationError as error:
            faults += faults_of(error, Industry, noun="column")
            continue
        if row.code in rows:
            where = f"line {number}"
            faults.append(Fault(where, f"'{row.code}' again", "each code once", "remove one"))
        rows[row.code] = row
    if faults:
        raise TableError(faults)
    return rows


def industry_codes() -> "pd.DataFrame":
    """Concordance of the industries that hold the sectors: ISIC, NACE, NAICS and BEA.

    Returns
    -------
    pandas.DataFrame
        One row per code of the table of sectors.

    Examples
    --------
    >>> import exposure as ex
    >>> ex.industry_codes().set_index("code").loc["336412", "isic"]
    'C30'
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    columns = list(Industry.model_fields)
    return pd.DataFrame([row.model_dump() for row in industries().values()], columns=columns)
