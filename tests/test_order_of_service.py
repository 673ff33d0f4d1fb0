"""Values quoted in notes of the order of service equal those of the shipped rows."""

import re
from functools import cache

import pytest

import exposure as ex
from exposure.tables.schema.demand import SectorValueRow
from exposure.tables.schema.supply import PoolUserRow

NAMES = {
    "aero_engines": "aircraft engines",
    "air_conditioners": "air conditioners",
    "consumer_electronics": "consumer electronics",
    "conventional_cars": "conventional cars",
    "data_storage": "data storage",
    "electric_vehicles": "electric cars",
    "fighter_jets": "Fighter jets",
    "hybrid_vehicles": "hybrid cars",
    "industrial_robots": "robots",
    "medical_imaging": "medical imaging",
    "semiconductor_equipment": "chip tools",
    "wind_turbines": "wind turbines",
}
"""Kind of sector, to its words in notes."""
KINDS = {words: kind for kind, words in NAMES.items()}
PLACES = ("", "_eu", "_gb", "_jp", "_kr")
NUMBER = r"[\d.]+(?: to [\d.]+)?"
FIRST_SENTENCE = re.compile(
    r"Value added per kg of (\w+) in million USD, from the central values: "
)
US_JETS = re.compile(rf"US fighter jets also earn ({NUMBER}) million USD")
ENGINES = re.compile(rf"\(({NUMBER}) million USD per kg\)")
"""Further figures, both by mass of samarium."""


@cache
def shipped() -> ex.Dataset:
    return ex.read_dataset()


@cache
def orders() -> tuple[PoolUserRow, ...]:
    rows = shipped().rows_of(PoolUserRow)
    return tuple(row for row in rows if row.quantity == "order_class")


@cache
def value_by_mass(pool: str, sector: str) -> float | None:
    """Million USD of value added for each kg of the pool's element, central rows."""
    dataset = shipped()
    values = {r.quantity: r.central for r in dataset.rows_of(SectorValueRow) if r.sector == sector}
    users = {(r.pool, r.user, r.quantity): r.central for r in dataset.rows_of(PoolUserRow)}
    share = users.get((pool, sector, "share_of_demand_outside_china"))
    if share is None or "industry_value_added_musd" not in values:
        return None
    kilograms = 1_000 * share * users[(pool, "all", "demand_t_per_year")]
    return values["industry_value_added_musd"] * values["industry_share"] / kilograms


def earned(pool: str, kind: str) -> str:
    """Range over the places of a kind of sector, in two digits."""
    found = [value_by_mass(pool, kind + place) for place in PLACES]
    ends = sorted(float(f"{value:.2g}") for value in found if value is not None)
    first, last = f"{ends[0]:g}", f"{ends[-1]:g}"
    return first if first == last else f"{first} to {last}"


def test_values_by_mass_are_those_of_the_shipped_rows():
    quoted = 0
    for row in orders():
        start = FIRST_SENTENCE.match(row.note)
        if start is None:
            continue
        assert start.group(1).lower() == row.pool
        sentence = row.note[start.end() :].split(". ")[0].removesuffix(".")
        for part in sentence.split(", "):
            words, figures = re.fullmatch(rf"([a-z ]+?) ({NUMBER})", part).groups()  # type: ignore[union-attr]
            assert figures == earned(row.pool, KINDS[words]), (row.pool, row.user, part)
            quoted += 1
    assert quoted > 200


def test_no_note_has_another_amount_of_money():
    expected = ((US_JETS, f"{value_by_mass('sm', 'fighter_jets'):.2g}"),
                (ENGINES, earned("sm", "aero_engines")))  # fmt: skip
    for row in orders():
        rest = re.sub(FIRST_SENTENCE.pattern + r".*?\. ", "", row.note)
        for pattern, figures in expected:
            assert set(pattern.findall(rest)) <= {figures}, (row.pool, row.user)
            rest = pattern.sub("", rest)
        assert re.search(r"\d[\d.,]* (million )?USD", rest) is None, (row.pool, row.user, rest)


def test_every_ranked_civil_user_quotes_its_own_value_where_there_is_one():
    for row in orders():
        if row.sector and row.central > 2 and value_by_mass(row.pool, row.sector) is not None:
            kind = next(name for name in NAMES if row.sector.startswith(name))
            assert f"{NAMES[kind]} {earned(row.pool, kind)}" in row.note, (row.pool, row.user)


@pytest.mark.parametrize("pool", ["dy", "nd", "pr", "tb"])
def test_a_magnet_has_one_place_for_all_its_elements(pool: str):
    places = {
        name: {(r.user, r.low, r.central, r.high) for r in orders() if r.pool == name}
        for name in (pool, "nd")
    }
    users = {user for user, *_ in places[pool]} & {user for user, *_ in places["nd"]}
    same = [{user for user in places[name] if user[0] in users} for name in places]
    assert all(one == same[0] for one in same)


def test_a_user_abroad_is_served_as_its_twin_at_home():
    places = {(r.pool, r.user): (r.low, r.central, r.high) for r in orders()}
    twins = [row for row in orders() if row.served_like]
    for row in twins:
        assert places[row.pool, row.user] == places[row.pool, row.served_like]
        assert row.user.startswith(row.served_like)
    assert len(twins) > 40
