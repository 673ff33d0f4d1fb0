"""Checks of codes that no other table lists: goods with a price, sectors of the back-test.

A text that only looks like a code is rejected, so that a typing error never counts as a new item.
"""

from collections.abc import Iterable

from exposure.faults import Fault
from exposure.spelling import NAMES, did_you_mean, near, suggestion
from exposure.tables.reading.lines import TableLines
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.observed import DisruptionRow, ObservedOutputRow, PriceRow
from exposure.tables.schema.supply import ElementRow

FORMS = ("oxide", "metal", "carbonate", "chloride", "fluoride", "alloy", "magnet")
"""Forms in which rare earths have a price."""

MIXTURES = ("ndpr", "ndfeb", "smco", "mischmetal")
"""Goods with a price that hold several elements."""


def priced_goods_are_known(tables: TableLines) -> Iterable[Fault]:
    """Every price is for an element or a known mixture, in a known form."""
    symbols = {*NAMES, *(line.row.element for line in tables.of(ElementRow))}
    goods = {*(symbol.lower() for symbol in symbols), *MIXTURES}
    known = {f"{good}_{form}" for good in goods for form in FORMS}
    for line in tables.of(PriceRow):
        if line.row.item not in known:
            good, _, form = line.row.item.rpartition("_")
            rule = "write the symbol and the form, such as dy_oxide"
            cure = did_you_mean(form, FORMS) if good in goods else rule
            yield Fault(
                "item", f"'{line.row.item}'", "an element in small letters and its form",
                suggestion(near(line.row.item, known)) or cure, "prices.csv", line.number,
            )  # fmt: skip


def seen_sectors_are_not_misspelt(tables: TableLines) -> Iterable[Fault]:
    """The back-test may name sectors that are not ranked, but not misspelt ones."""
    known = {line.row.sector for line in tables.of(SectorRow)}
    outputs = [
        ("observed_output.csv", line, line.row.sector) for line in tables.of(ObservedOutputRow)
    ]
    stops = [("disruptions.csv", line, line.row.sector) for line in tables.of(DisruptionRow)]
    for file, line, sector in (*outputs, *stops):
        cure = suggestion(near(sector, known))
        if sector not in known and cure:
            yield Fault("sector", f"'{sector}'", "a sector of sectors.csv", cure, file, line.number)
