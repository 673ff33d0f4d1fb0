"""UN Comtrade downloads of China's exports, as an overlay on observed exports.

A download has one row per period, reporter, flow, partner and six-digit code, weights in kg, and
often breakdowns by customs procedure and mode of transport, whose totals are rows too. China's
exports of rare-earth metals, compounds and magnets are taken; the rest is left out and listed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from exposure.arguments import PATH, check_arguments
from exposure.errors import ImportedFileError
from exposure.faults import Fault
from exposure.places import COUNTRIES
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.importing.foreign import (
    ForeignRow,
    ForeignTable,
    number,
    read_foreign,
    require_columns,
)
from exposure.tables.importing.overlay_folder import (
    Imported,
    LeftOut,
    replaced_rows,
    source_of,
)
from exposure.tables.schema.observed import ObservedExportRow
from exposure.terms import Basis

KIND = "a UN Comtrade download"

COLUMNS = ("period", "reporterISO", "flowCode", "partnerISO", "cmdCode", "netWgt")
"""Columns that are read, and those of totals where they exist."""

CURE = "download the data from UN Comtrade as CSV with all columns, and import the file unchanged"

KG_PER_T = 1000.0

TOTALS = {"partner2Code": "0", "customsCode": "C00", "mosCode": "0", "motCode": "0"}
"""Columns of a breakdown, with the code of its total."""

WORLD, TAIWAN = "W00", "S19"
"""Comtrade's codes for all partners, and for 'Other Asia, nes', which means Taiwan."""


@dataclass(frozen=True)
class Heading:
    """Goods that one six-digit code counts."""

    item: str
    """Good of the table ``observed_exports``."""
    low: float
    central: float
    high: float
    """Share of the weight that is this good."""
    basis: Basis
    note: str


HEADINGS: Mapping[str, Heading] = {
    "280530": Heading(
        "rare_earth_metals", 1.0, 1.0, 1.0, Basis.MEASURED,
        "HS 280530: rare-earth metals, scandium and yttrium.",
    ),
    "284690": Heading(
        "rare_earth_compounds", 1.0, 1.0, 1.0, Basis.MEASURED,
        "HS 284690: compounds of rare earths other than cerium.",
    ),
    "850511": Heading(
        "rare_earth_magnets", 0.8, 0.9, 1.0, Basis.ASSUMED,
        "HS 850511 counts all permanent magnets of metal, ferro-chromium-cobalt and alnico too, "
        "assumed to be at most a fifth of the weight.",
    ),
    "85051110": Heading(
        "rare_earth_magnets", 1.0, 1.0, 1.0, Basis.MEASURED,
        "Heading 85051110 of China's tariff: permanent magnets of rare earths.",
    ),
}  # fmt: skip
"""Codes that are imported."""

OTHER_CODES = {
    "2805": "take the six-digit code 280530", "2846": "take the six-digit code 284690",
    "284610": "compounds of cerium, which needs no licence", "8505": "take 850511",
    "850519": "magnets that are not of metal, such as ferrite",
}  # fmt: skip
"""Reasons why neighbouring codes are left out."""


def import_comtrade(path: str | Path, dataset: Dataset) -> Imported:
    """Make an overlay of observed exports from a UN Comtrade download.

    Parameters
    ----------
    path
        CSV file as downloaded.
    dataset
        Tables under the overlay.

    Returns
    -------
    Imported
        Rows for ``observed_exports`` in tonnes and for ``sources``, and everything left out.

    Raises
    ------
    ImportedFileError
        If the file is of another kind, or contains no export of rare earths from China.
    """
    check_arguments("import_comtrade", path=(path, PATH), dataset=(dataset, DATASET))
    table = read_foreign(Path(path), kind=KIND, columns=COLUMNS)
    require_columns(table, COLUMNS, cure=CURE)
    source = source_of(
        table.path,
        source_id="comtrade_" + re.sub(r"\W+", "_", table.path.stem.lower()).strip("_"),
        title=f"UN Comtrade, download {table.path.name}",
        publisher="United Nations Statistics Division",
        says="Exports reported by China's customs, net weight by partner and six-digit code.",
    )
    found: dict[tuple[str, str, str], ObservedExportRow] = {}
    omitted: list[LeftOut] = []
    faults: list[Fault] = []
    for row in table.rows:
        why = _unwanted(row)
        if why:
            omitted.append(LeftOut(row.line, *why))
            continue
        made = _export(row, source.source_id, table.separator)
        key = (made.period, made.item, str(made.destination))
        if key in found:
            faults.append(_twice(table, row.line, key))
        found[key] = made
    if faults:
        raise ImportedFileError(faults)
    if not found:
        codes = ", ".join(HEADINGS)
        cure = f"download China's exports (flow X) of {codes}"
        none = table.fault("", "no export of rare earths from China", "at least one", cure)
        raise ImportedFileError([none])
    rows: Mapping[str, tuple[BaseModel, ...]] = {
        "observed_exports": tuple(found.values()), "sources": (source,)
    }  # fmt: skip
    notes = ("observed exports serve calibration and back-test; no score is computed from them",)
    replaced = replaced_rows(dataset, rows)
    return Imported(table.path, dataset, rows, replaced, tuple(omitted), notes)


def _twice(table: ForeignTable, line: int, key: tuple[str, str, str]) -> Fault:
    found = f"{', '.join(key)} a second time"
    cure = "leave one out: a download for all modes of transport and procedures has it once"
    return table.fault("period, cmdCode, partnerISO", found, "each once", cure, line)


def _unwanted(row: ForeignRow) -> tuple[str, str] | None:
    """Description of a row, and why it is left out; None if it is imported."""
    return _other_trade(row) or _other_detail(row)


def _other_trade(row: ForeignRow) -> tuple[str, str] | None:
    """Reason why a row does not belong to China's exports of rare earths; None if it does."""
    code, reporter = row.get("cmdCode"), row.get("reporterISO")
    if reporter != "CHN":
        return f"reports of {reporter or 'nobody'}", "only China's exports are imported"
    if row.get("flowCode") != "X":
        return f"flow {row.get('flowCode') or 'empty'}", "only exports (X) are imported"
    if code not in HEADINGS:
        return f"code {code or 'empty'}", OTHER_CODES.get(code, "no rare earths")
    return None


def _other_detail(row: ForeignRow) -> tuple[str, str] | None:
    """Reason why a row of China's exports of rare earths cannot be used; None if it can."""
    for column, total in TOTALS.items():
        if row.get(column) not in ("", total):
            return f"a breakdown by {column}", "its total is imported"
    if _place(row.get("partnerISO")) is None:
        name = row.get("partnerDesc") or row.get("partnerISO") or "empty"
        return f"partner {name}", "no single country"
    if _period(row.get("period")) is None:
        return f"period {row.get('period') or 'empty'}", "neither a month nor a year"
    return None if _kilograms(row, ",") else _without_weight(row)


def _without_weight(row: ForeignRow) -> tuple[str, str]:
    value = number(row.get("primaryValue")) or 0.0
    what = f"{row.get('cmdCode')} to {row.get('partnerISO')}"
    return what, "a value without a weight" if value > 0.0 else "no trade"


def _place(code: str) -> str | None:
    known = {WORLD: "WLD", TAIWAN: "TWN"}
    return known.get(code) or (code if code in COUNTRIES else None)


def _period(text: str) -> str | None:
    if re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", text):
        return f"{text[:4]}-{text[4:]}"
    return text if re.fullmatch(r"\d{4}", text) else None


def _kilograms(row: ForeignRow, separator: str) -> float:
    """Net weight, or the quantity where it is counted in kg; 0 where neither is stated."""
    weight = number(row.get("netWgt"), separator=separator) or 0.0
    if weight <= 0.0 and row.get("qtyUnitAbbr").lower() == "kg":
        weight = number(row.get("qty"), separator=separator) or 0.0
    return max(0.0, weight)


def _export(row: ForeignRow, source_id: str, separator: str) -> ObservedExportRow:
    heading = HEADINGS[row.get("cmdCode")]
    tonnes = _kilograms(row, separator) / KG_PER_T
    estimated = row.get("isNetWgtEstimated").lower() in ("true", "1")
    basis = Basis.ASSUMED if estimated else heading.basis
    note = heading.note + (" The weight is an estimate of UN Comtrade." if estimated else "")
    if row.get("partnerISO") == TAIWAN:
        note += " 'Other Asia, nes' stands for Taiwan."
    return ObservedExportRow(
        period=_period(row.get("period")) or "",
        item=heading.item,
        destination=_place(row.get("partnerISO")) or "",
        low=tonnes * heading.low,
        central=tonnes * heading.central,
        high=tonnes * heading.high,
        unit="t",
        basis=basis,
        rests_on_assumption="",
        source_id=source_id,
        locator=f"{row.get('period')}, {row.get('cmdCode')}, {row.get('partnerISO')}",
        note=note,
    )
