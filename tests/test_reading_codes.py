"""Codes are known, not only spelt: places, elements and goods that do not exist are refused."""

from pathlib import Path

import pytest

from exposure.errors import TableError
from exposure.tables.reading.folders import read_dataset
from tests.changes import Change, add, message_of, price, put, stop
from tests.tiny import tiny_dataset, tiny_records

OUTSIDE = "the code of a country outside China (ISO 3166-1 alpha-3)"
ANY_CODE = "write an ISO 3166-1 alpha-3 code, such as USA, JPN or DEU"


@pytest.mark.parametrize("place", ["XXX", "WLD", "ROW", "CHN"])
def test_the_home_of_a_sector_is_a_country_outside_china_or_the_eu(place: str):
    records = tiny_records()
    records["sectors"][0]["destination"] = place
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value) == (
        "sectors.csv: 1 fault\n"
        f"  - line 2, destination: found '{place}'; expected {OUTSIDE}, or EUU; {ANY_CODE}"
    )


@pytest.mark.parametrize("place", ["EUU", "HKG", "MAC", "TWN"])
def test_places_that_buy_for_themselves_are_accepted(place: str):
    records = tiny_records()
    records["sectors"][0]["destination"] = place
    assert tiny_dataset(records).sector_ids(place) == (records["sectors"][0]["sector"],)


def test_a_share_of_a_country_that_does_not_exist_is_refused(tmp_path: Path):
    (tmp_path / "stage_shares.csv").write_text(
        "element,stage,country,year,kind,low,central,high,unit,basis,rests_on_assumption,"
        "source_id,locator,note\n"
        "Dy,metal,CHN,2025,outturn,0,0,0,share,assumed,,,,see the rows of PRC\n"
        "Dy,metal,PRC,2025,outturn,0.9,0.9,0.9,share,assumed,,,,made up\n",
        encoding="utf-8",
    )
    with pytest.raises(TableError) as error:
        read_dataset(overlay=tmp_path)
    assert message_of(error.value) == (
        f"{tmp_path}/stage_shares.csv: 1 fault\n"
        "  - line 3, country: found 'PRC'; expected the code of a country (ISO 3166-1 alpha-3), "
        "or EUU, or ROW; write 'CHN' (China)"
    )


CASES: list[tuple[str, Change, str]] = [
    (
        "a price of an element that does not exist",
        add("prices", price("qq_oxide")),
        "prices.csv: 1 fault\n"
        "  - line 2, item: found 'qq_oxide'; expected an element in small letters and its form; "
        "write the symbol and the form, such as dy_oxide",
    ),
    (
        "a price of an unknown form",
        add("prices", price("dy_powder")),
        "prices.csv: 1 fault\n"
        "  - line 2, item: found 'dy_powder'; expected an element in small letters and its form; "
        "write one of: alloy, carbonate, chloride, fluoride, magnet, metal, oxide",
    ),
    (
        "a share of an element by its name",
        put("stage_shares", 0, element="samarium"),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, element: found 'samarium'; expected a chemical symbol, such as Dy; write 'Sm'",
    ),
]


@pytest.mark.parametrize(("change", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_goods_and_elements_that_do_not_exist_are_refused(change: Change, message: str):
    records = tiny_records()
    change(records)
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value) == message


def test_other_goods_and_sectors_that_nobody_ranks_are_accepted():
    records = tiny_records()
    add("prices", price("ho_oxide"))(records)
    add("prices", price("ndpr_metal"))(records)
    add("disruptions", stop("yachts"))(records)
    assert len(tiny_dataset(records).rows["prices"]) == 2
