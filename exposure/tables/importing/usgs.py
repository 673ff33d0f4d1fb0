"""USGS world production tables of rare earths, as an overlay on shares of mining.

USGS publishes mine production in tonnes of rare-earth oxide, all elements together, by country.
Three forms are read: one file per commodity (2022 to 2024, ``mcs2024-raree_world.csv``), one wide
file of all commodities (2025, ``MCS2025_World_Data.csv``), and one long file (2026,
``MCS2026_Commodities_Data.csv``). Shares of the sum are written for the elements asked for. They
are assumed rows, since a figure of the whole group says little of one element, and least of the
heavy ones, whose ores come from few places.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from exposure.arguments import PATH, TEXT, check_arguments, each, optional
from exposure.errors import ImportedFileError, unknown_name
from exposure.faults import Fault
from exposure.places import COUNTRIES
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.importing.foreign import ForeignRow, ForeignTable, number, read_foreign
from exposure.tables.importing.names import country_code
from exposure.tables.importing.overlay_folder import (
    Imported,
    LeftOut,
    replaced_rows,
    source_of,
)
from exposure.tables.schema.supply import ElementRow, StageShareRow
from exposure.terms import Basis, ShareKind
from exposure.wording import A_CODE

KIND = "a USGS world production table"

LONG = ("MCS chapter", "Commodity", "Country", "Statistics", "Statistics_detail", "Year", "Value")
"""Columns of the release of 2026."""

WIDE = ("COMMODITY", "COUNTRY", "TYPE")
"""Columns of the release of 2025, in addition to those of production by year."""

SINGLE = ("Country", "Type")
"""Columns of the releases of 2022 to 2024, which have one file per commodity."""

YEAR_COLUMN = re.compile(r"prod_(?:[a-z]+_)?(?:est_ ?)?(\d{4})", re.IGNORECASE)
"""A column of production: PROD_2023, PROD_EST_ 2024, Prod_t_2021, Prod_t_est_2022."""

NOTHING = ("—", "–", "--", "-")
"""Text of USGS for no production."""

REST, WORLD, MINING = "ROW", "WLD", "mining"

GROUP_SPREAD = 0.1
"""A share of the whole group can miss that of one light element by about a tenth: their ores
hold light elements in like, not in equal proportions."""

ELEMENTS = optional(each(TEXT, "a list of elements", 'write ["Nd", "Pr"]', least=1))


@dataclass(frozen=True)
class _Cell:
    """A published figure."""

    line: int
    commodity: str
    country: str
    kind: str
    year: int
    value: str


def import_usgs(
    path: str | Path, dataset: Dataset, *, elements: Sequence[str] | None = None
) -> Imported:
    """Make an overlay of mining shares from a USGS world production table.

    Parameters
    ----------
    path
        CSV file as USGS publishes it.
    dataset
        Tables under the overlay.
    elements
        Elements for which the shares of all rare earths are to be used; None takes the light
        ones of the tables.

    Returns
    -------
    Imported
        Rows for ``stage_shares`` and ``sources``, and everything that was left out. A country
        that the tables have for the same year and USGS does not gets a share of 0.

    Raises
    ------
    ImportedFileError
        If the file is something else, or holds no mine production of rare earths.
    UnknownNameError
        If an element is not in the tables.
    """
    check_arguments(
        "import_usgs",
        path=(path, PATH),
        dataset=(dataset, DATASET),
        elements=(elements, ELEMENTS),
    )
    table = read_foreign(Path(path), kind=KIND, columns=WIDE)
    chosen, heavy = _elements(dataset, elements)
    omitted: list[LeftOut] = []
    tonnes, faults = _tonnes(table, omitted)
    if faults:
        raise ImportedFileError(faults)
    if not tonnes:
        cure = "name the file of the commodity rare earths, such as mcs2024-raree_world.csv"
        none = table.fault("", "no mine production of rare earths", "at least one year", cure)
        raise ImportedFileError([none])
    source = source_of(
        table.path,
        source_id="usgs_" + re.sub(r"\W+", "_", table.path.stem.lower()).strip("_"),
        title=f"World production, file {table.path.name}",
        publisher="U.S. Geological Survey",
        says="Mine production of rare earths by country, tonnes of rare-earth oxide, all elements.",
    )
    shares = [
        row
        for year, by_country in sorted(tonnes.items())
        for element in chosen
        for row in _rows(dataset, by_country, element, year, source.source_id)
    ]
    rows: Mapping[str, tuple[BaseModel, ...]] = {
        "stage_shares": tuple(shares), "sources": (source,)
    }  # fmt: skip
    notes = list(_notes(table, dataset, tonnes, chosen, heavy))
    replaced = replaced_rows(dataset, rows)
    return Imported(
        table.path, dataset, rows, replaced, tuple(dict.fromkeys(omitted)), tuple(notes)
    )


def _notes(
    table: ForeignTable,
    dataset: Dataset,
    tonnes: Mapping[int, Mapping[str, float]],
    chosen: Sequence[str],
    heavy: Sequence[str],
) -> Iterator[str]:
    """Notes to read before using the overlay."""
    yield f"shares of all rare earths are used for {', '.join(chosen)}; every row is assumed"
    newest = max(tonnes)
    for element in chosen:
        below = max(
            row.year
            for row in dataset.rows_of(StageShareRow)
            if (str(row.element), row.stage, row.kind) == (element, MINING, ShareKind.OUTTURN)
        )
        if below > newest:
            yield (
                f"{element}: no effect on a scenario that starts in {below} or later, since the "
                f"tables have {below} and the newest year up to the start is read"
            )
    if heavy:
        yield (
            f"not for {', '.join(heavy)}: heavy elements come from other ores, and USGS does not "
            "separate them; name them with --element to use the figure all the same"
        )
    unread = [name for name in table.columns if re.match("cap_|reserve", name, re.IGNORECASE)]
    if unread:
        yield f"columns {', '.join(unread)} are not read: no table of the package holds them"


def _elements(dataset: Dataset, wanted: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Elements to write, and elements of the tables that are left out as not named."""
    known = {str(row.element): row for row in dataset.rows_of(ElementRow)}
    for element in wanted or ():
        if element not in known:
            raise unknown_name("element", element, known)
    if wanted:
        return list(dict.fromkeys(wanted)), []
    light = [name for name, row in known.items() if row.group == "light"]
    return light, [name for name in known if name not in light]


def _cells(table: ForeignTable) -> Iterator[_Cell]:
    if all(column in table.columns for column in LONG):
        for row in table.rows:
            kind = f"{row.get('Statistics')}, {row.get('Statistics_detail')}"
            yield _cell(row, ("Commodity", "Country"), kind, row.get("Year"), row.get("Value"))
        return
    years = {column: match[1] for column in table.columns if (match := YEAR_COLUMN.match(column))}
    wide = all(column in table.columns for column in WIDE)
    if not years or not (wide or all(column in table.columns for column in SINGLE)):
        expected = f"columns such as {', '.join((*WIDE, 'PROD_2023'))}"
        cure = "name the CSV file of world production from the data release, unchanged"
        found = "columns " + ", ".join(table.columns)
        raise ImportedFileError([table.fault("", found, expected, cure, line=1)])
    names = ("COMMODITY", "COUNTRY") if wide else ("Type", "Country")
    for row in table.rows:
        for column, year in years.items():
            yield _cell(row, names, row.get("TYPE" if wide else "Type"), year, row.get(column))


def _cell(row: ForeignRow, names: tuple[str, str], kind: str, year: str, value: str) -> _Cell:
    commodity, country = (row.get(name) for name in names)
    return _Cell(row.line, commodity, country, kind, int(year) if year.isdigit() else 0, value)


def _tonnes(
    table: ForeignTable, omitted: list[LeftOut]
) -> tuple[dict[int, dict[str, float]], list[Fault]]:
    """Tonnes by year and country; unusable figures are listed as left out."""
    tonnes: dict[int, dict[str, float]] = {}
    faults: list[Fault] = []
    for cell in _cells(table):
        why = _unwanted(cell)
        value = 0.0 if cell.value in NOTHING else number(cell.value)
        code = country_code(cell.country)
        if why:
            omitted.append(LeftOut(cell.line, *why))
        elif value is None:
            what, found_text = f"{cell.country}, {cell.year}", cell.value or "empty"
            omitted.append(LeftOut(cell.line, what, f"no number is published ({found_text})"))
        elif code is None:
            cure = f"correct the name, or {A_CODE}"
            faults.append(table.fault("country", f"'{cell.country}'", "a country", cure, cell.line))
        elif code in tonnes.setdefault(cell.year, {}):
            found = f"{cell.country} in {cell.year} twice"
            cure = "leave one of the rows out"
            faults.append(
                table.fault("country", found, "each country once a year", cure, cell.line)
            )
        else:
            tonnes[cell.year][code] = value
    whole = {
        year: amounts
        for year, amounts in tonnes.items()
        if math.fsum(_producers(amounts).values()) > 0.0
    }
    return whole, faults


def _unwanted(cell: _Cell) -> tuple[str, str] | None:
    """Description of a figure, and why it is left out; None for mine production of rare earths."""
    named = cell.commodity.lower()
    if "rare" not in named or "earth" not in named:
        return "other commodities", "only rare earths are imported"
    if "heavy" in named:
        return "heavy rare earths", "no production by country that adds up to the world"
    kind = cell.kind.lower()
    if "mine" not in kind or "production" not in kind:
        return "reserves, trade and prices", "no table of the package holds them"
    if cell.year == 0:
        return f"a figure of {cell.country}", "it is not of one year"
    return None


def _producers(tonnes: Mapping[str, float]) -> dict[str, float]:
    return {code: value for code, value in tonnes.items() if code != WORLD}


def _rows(
    dataset: Dataset, tonnes: Mapping[str, float], element: str, year: int, source_id: str
) -> Iterator[StageShareRow]:
    producers = _producers(tonnes)
    total = math.fsum(producers.values())
    rest = max(0.0, tonnes.get(WORLD, total) - total)
    shares = {code: value / (total + rest) for code, value in producers.items()}
    shares[REST] = shares.get(REST, 0.0) + rest / (total + rest)
    below = {
        row.country
        for row in dataset.rows_of(StageShareRow)
        if (str(row.element), row.stage, row.year, row.kind)
        == (element, MINING, year, ShareKind.OUTTURN)
    }
    for country in sorted({*shares, *below}):
        share = shares.get(country, 0.0)
        if share == 0.0 and country not in below:
            continue
        tonnage = f"{producers.get(country, rest if country == REST else 0.0):,.0f} t"
        yield StageShareRow(
            element=element,
            stage=MINING,
            country=country,
            year=year,
            kind=ShareKind.OUTTURN,
            low=share * (1.0 - GROUP_SPREAD),
            central=share,
            high=min(1.0, share * (1.0 + GROUP_SPREAD)),
            unit="share",
            basis=Basis.ASSUMED,
            rests_on_assumption="",
            source_id=source_id,
            locator=f"mine production of {COUNTRIES.get(country, 'other countries')}, {year}",
            note=f"{tonnage} of {total + rest:,.0f} t of all rare earths, used for "
            f"{element}; a tenth to either side, as ores differ.",
        )
