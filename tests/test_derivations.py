"""Every derived row recomputes to its value, from figures its note quotes or from other rows.

Each entry below is the arithmetic of one row: `central`, and `low` and `high` where they are
arithmetic too. An end that is a judgement, or a figure of another source, stands in
`JUDGED_ENDS` with its reason. A derived row without an entry fails the test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import pytest

import exposure as ex
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow
from exposure.terms import Basis

Key = tuple[str, ...]


@dataclass(frozen=True)
class Sum:
    """Recomputed values; None for an end that equals the central value or is judged."""

    central: float
    low: float | None = None
    high: float | None = None
    within: float = 0.0
    """Accepted difference of the ends, where they are stated more coarsely than the centre."""


def spread(low: float, central: float, high: float, *, within: float = 0.0) -> Sum:
    return Sum(central, low, high, within)


@cache
def shipped() -> dict[Key, QuantityRow]:
    dataset = ex.read_dataset()
    return {
        (name, *(str(getattr(row, column)) for column in TABLES[name].key)): row
        for name, rows in dataset.rows.items()
        for row in rows
        if isinstance(row, QuantityRow)
    }


def is_assumed(row: QuantityRow) -> bool:
    return row.assumed


def value(*key: str) -> float:
    return shipped()[key].central


# --- remainders: 1 less the other countries of the same set -----------------------------------


def remainder(key: Key, *, country: int) -> Sum:
    """1 less the central shares of all other countries of the same set."""
    others = [
        row.central
        for other, row in shipped().items()
        if other[0] == key[0]
        and other != key
        and all(a == b for i, (a, b) in enumerate(zip(other, key, strict=True)) if i != country)
    ]
    return Sum(1.0 - sum(others))


def outturns(elements: str, stage: str, country: str, year: int) -> list[Key]:
    return [
        ("stage_shares", element, stage, country, str(year), "outturn")
        for element in elements.split()
    ]


REMAINDERS_BY_STAGE = [
    *outturns("Dy Nd Pr Sc Sm Tb", "metal", "ROW", 2025),
    *outturns("Lu Sc Sm Y", "magnet", "ROW", 2024),
    *outturns("Dy Tb", "separation", "MYS", 2025),
    *outturns("Dy Gd Lu Sm Y", "mining", "ROW", 2025),
]


def sourced(buyers: str, components: str, stages: str, country: str, year: int) -> list[Key]:
    """Keys of sourcing; `buyers` is a destination and a class, such as ``USA military``."""
    return [
        ("sourcing", *buyers.split(), component, stage, country, f"{year}-01-01")
        for component in components.split()
        for stage in stages.split()
    ]


NDFEB = "ndfeb_heavy_magnet ndfeb_light_magnet"
MILITARY = "ndfeb_heavy_magnet smco_magnet"
YTTRIA = "yttria_chamber_coating yttria_thermal_barrier"
REMAINDERS_OF_BUYERS = [
    *sourced("* civil", "smco_magnet", "metal", "ROW", 2025),
    *sourced("* dual", "smco_magnet", "metal", "ROW", 2025),
    *sourced("* military", "smco_magnet", "metal magnet", "ROW", 2025),
    *sourced("KOR *", "ndfeb_heavy_magnet", "magnet", "ROW", 2025),
    *sourced("USA *", "lutetium_scintillator", "magnet", "ROW", 2025),
    *sourced("EUU *", f"{NDFEB} {YTTRIA}", "magnet", "ROW", 2025),
    *sourced(
        "* *",
        f"gadolinium_contrast_agent scandium_alloy smco_magnet terfenol_d {YTTRIA}",
        "magnet",
        "ROW",
        2025,
    ),
    *sourced("* *", "yag_laser_crystal yttrium_iron_garnet", "magnet", "ROW", 2025),
    *sourced("* *", f"{NDFEB} smco_magnet", "metal", "ROW", 2025),
    *sourced("USA *", "smco_magnet", "magnet", "ROW", 2025),
    *sourced("JPN *", NDFEB, "magnet", "JPN", 2025),
    *sourced("JPN *", NDFEB, "metal", "ROW", 2025),
    *sourced("USA *", f"gadolinium_contrast_agent terfenol_d {YTTRIA}", "magnet", "ROW", 2025),
    *sourced("USA *", "yag_laser_crystal yttrium_iron_garnet", "magnet", "ROW", 2025),
    *sourced("USA military", MILITARY, "metal magnet", "ROW", 2025),
    *sourced("USA military", MILITARY, "mining separation metal magnet", "ROW", 2027),
]

HALVES = [
    *outturns("Dy Nd Pr Tb", "magnet", "JPN", 2024),
    *outturns("Dy Nd Pr Tb", "magnet", "ROW", 2024),
    *sourced("USA *", NDFEB, "magnet", "JPN", 2025),
    *sourced("USA *", NDFEB, "magnet", "ROW", 2025),
    *sourced("* *", NDFEB, "magnet", "JPN", 2025),
    *sourced("* *", NDFEB, "magnet", "ROW", 2025),
]
"""The share that is not Chinese, split evenly between Japan and the rest."""


def china_of(key: Key) -> Key:
    """Key of the row of China in the same set."""
    position = 3 if key[0] == "stage_shares" else 5
    return (*key[:position], "CHN", *key[position + 1 :])


def remainders() -> Iterator[tuple[Key, Sum]]:
    for key in HALVES:
        yield key, Sum((1.0 - value(*china_of(key))) / 2)
    for key in REMAINDERS_BY_STAGE:
        yield key, remainder(key, country=3)
    for key in REMAINDERS_OF_BUYERS:
        yield key, remainder(key, country=5)


# --- mine shares: tonnes of ore times its assay, over the world -------------------------------

ORE_TONNES = {"AUS": 29_000, "BRA": 2_000, "IND": 2_900, "MMR": 22_000, "THA": 4_800, "USA": 51_000}
CHINA_ORE, CLAY_OF_CHINA = 270_000, 0.075
CLAY_TONNES = CHINA_ORE * CLAY_OF_CHINA + 22_000 + 4_800 + 2_000
XINFENG = {
    "Sm": 4.54,
    "Gd": 5.96,
    "Tb": 0.68,
    "Dy": 3.71,
    "Y": 24.26,
    "Lu": 0.21,
    "Nd": 17.55,
    "Pr": 5.62,
}
XUNWU = {
    "Sm": 5.32,
    "Gd": 4.21,
    "Tb": 0.46,
    "Dy": 1.77,
    "Y": 10.07,
    "Lu": 0.13,
    "Nd": 30.18,
    "Pr": 7.41,
}
LONGNAN = {
    "Sm": 2.34,
    "Gd": 5.69,
    "Tb": 1.13,
    "Dy": 7.48,
    "Y": 64.9,
    "Lu": 0.47,
    "Nd": 3.47,
    "Pr": 1.08,
}
BAYAN_OBO = {"Sm": 0.8, "Gd": 0.7, "Tb": 0.1, "Dy": 0.1, "Y": 0.0, "Lu": 0.0}
ASSAY = {
    "AUS": {"Sm": 2.44, "Gd": 1.09, "Tb": 0.09, "Dy": 0.25, "Y": 0.76},
    "IND": {"Sm": 2.5, "Gd": 1.2, "Tb": 0.06, "Dy": 0.18, "Y": 0.45},
    "USA": {"Sm": 0.79, "Gd": 0.21, "Y": 0.12},
    **dict.fromkeys(("BRA", "MMR", "THA"), XINFENG),
}
WORLD_TONNES = {"Sm": 5_420, "Gd": 5_150, "Tb": 611, "Dy": 2_160, "Y": 12_220, "Lu": 107}
"""Contained oxide in all ore of 2025; also holds a few small producers."""
CLAY_ENDS = dict.fromkeys(("Sm", "Lu", "Y"), "low") | {"Tb": "high"}
"""End of the range that corresponds to low-yttrium clay."""


def china_ore_share(element: str, clay: dict[str, float], *, hard_rock: float) -> float:
    """China's share when all clay has another assay, in China and outside."""
    rock = CHINA_ORE * (1 - CLAY_OF_CHINA)
    world = (
        WORLD_TONNES[element]
        + CLAY_TONNES * (clay[element] - XINFENG[element]) / 100
        + rock * (hard_rock - BAYAN_OBO[element]) / 100
    )
    return (rock * hard_rock + CHINA_ORE * CLAY_OF_CHINA * clay[element]) / 100 / world


def mine_shares() -> Iterator[tuple[Key, Sum]]:
    for element, world in WORLD_TONNES.items():
        for country, assay in ASSAY.items():
            if element in assay and not (element == "Lu" and country in ("AUS", "IND", "USA")):
                share = ORE_TONNES[country] * assay[element] / 100 / world
                yield ("stage_shares", element, "mining", country, "2025", "outturn"), Sum(share)
        rock = BAYAN_OBO[element]
        central = china_ore_share(element, XINFENG, hard_rock=rock)
        end = CLAY_ENDS.get(element, "")
        other = china_ore_share(element, XUNWU, hard_rock=rock)
        low, high = (other if end == "low" else None), (other if end == "high" else None)
        if element == "Tb":
            low = china_ore_share("Tb", XINFENG, hard_rock=0.03)
        key = ("stage_shares", element, "mining", "CHN", "2025", "outturn")
        yield key, Sum(central, low, high, within=0.005)


# --- separation, compositions, demand ---------------------------------------------------------


def separation_shares() -> Iterator[tuple[Key, Sum]]:
    second_half = 1 - 9 / (9 + 3 * (214 + 40.8))
    for element in ("Dy", "Tb"):
        key = ("stage_shares", element, "separation", "CHN", "2025", "outturn")
        yield key, Sum((1.0 + second_half) / 2, low=second_half)


EV_MIX = {"Nd": 6.57, "Pr": 0.98, "Dy": 0.67, "Tb": 0.13}
WIND_MIX = {"Nd": 8.00, "Pr": 1.34, "Dy": 0.86, "Tb": 0.30}
EV_TOTAL, WIND_TOTAL, RARE_EARTH_SHARE, MOST_DYSPROSIUM = 8.35, 10.5, 0.30, 0.04
OXIDE_PER_METAL = {"Nd": 1.166, "Pr": 1.208, "Dy": 1.148, "Tb": 1.176}
BAYAN_OBO_ND_PR = (18.5, 6.2)
EV_AND_WIND_ND_PR = (14.57, 2.32)


def part(mix: tuple[float, float], position: int) -> float:
    return mix[position] / sum(mix)


def compositions() -> Iterator[tuple[Key, Sum]]:
    def row(component: str, element: str) -> Key:
        return ("component_elements", component, element)

    ev = {e: RARE_EARTH_SHARE * kt / EV_TOTAL for e, kt in EV_MIX.items()}
    wind = {e: RARE_EARTH_SHARE * kt / WIND_TOTAL for e, kt in WIND_MIX.items()}
    light = {e: RARE_EARTH_SHARE * EV_MIX[e] / (6.57 + 0.98) for e in ("Nd", "Pr")}
    yield row("ndfeb_heavy_magnet", "Nd"), Sum(ev["Nd"], low=wind["Nd"])
    didymium = RARE_EARTH_SHARE * (6.57 + 0.98) / EV_TOTAL
    yield row("ndfeb_heavy_magnet", "Pr"), Sum(ev["Pr"], high=didymium * 0.25)
    yield row("ndfeb_heavy_magnet", "Dy"), Sum(ev["Dy"], high=MOST_DYSPROSIUM)
    yield row("ndfeb_heavy_magnet", "Tb"), Sum(ev["Tb"], high=wind["Tb"])
    ore = RARE_EARTH_SHARE * part(BAYAN_OBO_ND_PR, 0)
    yield row("ndfeb_light_magnet", "Nd"), spread(ore, light["Nd"], part((6.57, 0.98), 0) / 3)
    yield row("ndfeb_light_magnet", "Pr"), Sum(light["Pr"], high=RARE_EARTH_SHARE - ore)
    samarium, cobalt = 150.36, 58.933
    rich = samarium / (samarium + 5 * cobalt)
    poor = 2 * samarium / (2 * samarium + 17 * cobalt)
    yield row("smco_magnet", "Sm"), spread(poor, (rich + poor) / 2, rich)


def prices_by_volume() -> Iterator[tuple[Key, Sum]]:
    for item, most, low, high in (("y_oxide", 0.75, 6.5, 10.5), ("dy_oxide", 0.96, 224, 233)):
        key = ("prices", "2025", item, "world_volume_weighted")
        yield key, spread(low, most * low + (1 - most) * high, high)


def magnets_used_abroad(output: float, china: float) -> float:
    """Share of magnets used outside China: Chinese exports and all foreign output, over all."""
    world = output / china
    return (58_152 + world * (1 - china)) / world


OXYGEN = 15.999
TRADE_OXIDES = {
    "Dy": (2, 162.5, 3), "Gd": (2, 157.25, 3), "Lu": (2, 174.9668, 3), "Nd": (2, 144.242, 3),
    "Pr": (6, 140.90766, 11), "Sc": (2, 44.955908, 3), "Sm": (2, 150.36, 3),
    "Tb": (4, 158.92535, 7), "Y": (2, 88.90584, 3),
}  # fmt: skip
"""Atoms of the element, its atomic weight, atoms of oxygen."""
OXIDE_IN = {e: n * w / (n * w + o * OXYGEN) for e, (n, w, o) in TRADE_OXIDES.items()}
"""Mass of the element in its trade oxide."""


def oxides() -> Iterator[tuple[Key, Sum]]:
    for element, share in OXIDE_IN.items():
        yield ("parameters", "element_per_oxide", element), Sum(share)


LEAN_GRADE = {"Dy": 0.01, "Tb": 0.0024}
"""Least share in the magnets of the F-35, a judgement that the notes state."""


def pools() -> Iterator[tuple[Key, Sum]]:
    """Demand outside China in element, and what the F-35 takes of it."""
    abroad = [
        round(magnets_used_abroad(*figures), 2)
        for figures in ((260_000, 0.94), (240_000, 0.92), (240_000, 0.80))
    ]
    jets = [98 * 8 / 1_000, 156 * 14 / 1_000, 191 * 20 / 1_000]  # tonnes of magnets a year
    for element in ("Dy", "Nd", "Pr", "Tb"):
        world = shipped()["demand", element, "WLD", "world_use_t_per_year"]
        ends = (world.low, world.central, world.high)
        tonnes = [use * share * OXIDE_IN[element] for use, share in zip(ends, abroad, strict=True)]
        yield ("pool_users", element.lower(), "all", "demand_t_per_year"), spread(*tonnes)
        content = shipped()["component_elements", "ndfeb_heavy_magnet", element]
        parts = (LEAN_GRADE.get(element, content.low), content.central, content.high)
        shares = [
            jet * part / pool for jet, part, pool in zip(jets, parts, tonnes[::-1], strict=True)
        ]
        if element != "Pr":  # its users are taken to have their share of neodymium
            pools = ["nd", "pr"] if element == "Nd" else [element.lower()]
            for pool in pools:
                key = ("pool_users", pool, "fighter_jets", "share_of_demand_outside_china")
                yield key, spread(*shares)
    samarium = (98 * 22 * 0.2309 / 370, 156 * 23 * 0.2844 / 280, 191 * 23 * 0.3379 / 210)
    key = ("pool_users", "sm", "fighter_jets", "share_of_demand_outside_china")
    yield key, spread(*(kg / 1_000 for kg in samarium))
    yttrium = [oxide * OXIDE_IN["Y"] for oxide in (1_600, 2_200, 12_500 / 4)]
    yield ("pool_users", "y", "all", "demand_t_per_year"), spread(*yttrium, within=5)


EUR, GBP, YEN, WON = 1.0817, 1.2440, 140.5001, 1_306.7637
EU_SIZES = {
    55_777: "aero_engines_eu fighter_jets_eu missiles_eu naval_vessels_eu",
    194_448: "conventional_cars_eu electric_vehicles_eu",
    204_200: "industrial_robots_eu semiconductor_equipment_eu wind_turbines_eu",
    77_000: "medical_imaging_eu",
}
"""Value added, million EUR."""


def sizes_abroad() -> Iterator[tuple[Key, Sum]]:
    def rows(sectors: str, figures: Sum) -> Iterator[tuple[Key, Sum]]:
        for sector in sectors.split():
            yield ("sector_values", sector, "industry_value_added_musd"), figures

    for euros, sectors in EU_SIZES.items():
        yield from rows(sectors, Sum(euros * EUR, high=euros * EUR * 1.2))
    yield from rows("aero_engines_gb fighter_jets_gb missiles_gb", Sum(10_900 * GBP))
    yield from rows("naval_vessels_gb", Sum(2_700 * GBP))
    for sectors, yen, ratios in (
        ("aero_engines_jp", 689_800, (0.3, 0.394, 0.45)),
        ("industrial_robots_jp", 891_500, (0.3, 0.4, 0.5)),
        ("semiconductor_equipment_jp", 3_290_000, (0.35, 0.45, 0.55)),
    ):
        yield from rows(sectors, spread(*(yen * ratio / YEN for ratio in ratios), within=1))
    cars = 62_800_000 * 176_408 / 777_108 / YEN
    yield from rows("conventional_cars_jp hybrid_vehicles_jp", Sum(cars, high=cars * 1.15))
    cars = 89_000_000 / 1.092 / WON
    yield from rows("conventional_cars_kr electric_vehicles_kr", Sum(cars, high=cars * 1.05))
    yards = 60_500_000 * 671.2 / 1_992.1 / WON
    figures = spread(yards * 0.75, yards, yards * 1.1)
    yield from rows("fighter_jets_kr naval_vessels_kr", figures)
    built = spread(126 / 150 * 52 - 1, (date(2023, 10, 31) - date(2022, 8, 19)).days // 7, 110)
    for place in ("", "_eu", "_gb", "_kr"):
        yield ("sector_values", f"fighter_jets{place}", "work_in_process_weeks"), built


def world_use() -> Iterator[tuple[Key, Sum]]:
    def row(element: str, quantity: str = "world_use_t_per_year") -> Key:
        return ("demand", element, "WLD", quantity)

    heavy = 600 / 0.15
    yield row("Dy"), Sum(12 * 214, high=heavy * 0.84)
    terbium = 430 / OXIDE_IN["Tb"] / 0.90  # electric cars and wind are 0.90 of use in magnets
    yield row("Tb"), spread(12 * 40.8, terbium, heavy * 0.16)
    yield row("Gd"), Sum(12 * 298.9)
    yield row("Y"), spread(10_000, (10_000 + 15_000) / 2, 15_000)
    oxide = 12 * 7_325 + 4 * 2_003 + 2_599
    nd, pr = (part(BAYAN_OBO_ND_PR, i) for i in (0, 1))
    yield row("Nd"), Sum(oxide * nd, high=oxide * part(EV_AND_WIND_ND_PR, 0))
    yield row("Pr"), Sum(oxide * pr, low=oxide * part(EV_AND_WIND_ND_PR, 1))


# --- new plants -------------------------------------------------------------------------------


def capacity(project: str, element: str, stage: str) -> Key:
    return ("new_supply", project, element, stage, "capacity_t_per_year")


MAGNET_WORKS = {
    "evac_sumter_magnets": (2_000, 2_000),
    "mp_10x_magnets": (7_000, 9_000),
    "mp_independence_magnets": (1_000, 1_000),
    "neo_narva_magnets": (2_000, 2_000),
    "usar_stillwater_magnets": (600, 600),
}
"""Least and stated tonnes of magnets a year."""


def magnet_works() -> Iterator[tuple[Key, Sum]]:
    for project, (least, stated) in MAGNET_WORKS.items():
        for element, factor in OXIDE_PER_METAL.items():
            oxide = RARE_EARTH_SHARE * factor
            ev, wind = (
                oxide * mix[element] / total
                for mix, total in ((EV_MIX, EV_TOTAL), (WIND_MIX, WIND_TOTAL))
            )
            low = least * {"Nd": wind, "Pr": ev, "Dy": ev / 2, "Tb": ev / 2}[element]
            top = {"Nd": ev, "Pr": wind, "Dy": MOST_DYSPROSIUM * factor, "Tb": wind}[element]
            yield (
                capacity(project, element, "magnet"),
                spread(low, stated * ev, stated * top),
            )


def separators() -> Iterator[tuple[Key, Sum]]:
    circuit, plant = "lynas_malaysia_hre_circuit", "lynas_malaysia_hre_plant"
    output, weakest, feed = 9 + 26 + 8 + 19, 4 * 8, 1_500
    yield (
        capacity(circuit, "Dy", "separation"),
        spread(weakest * 5 / 6, output * 5 / 6, feed * 0.05),
    )
    yield capacity(circuit, "Tb", "separation"), spread(weakest / 6, output / 6, feed * 0.01)
    weld = ASSAY["AUS"]
    for element in ("Sm", "Gd", "Y"):
        ratio = weld[element] / (weld["Dy"] + weld["Tb"])
        yield (
            capacity(plant, element, "separation"),
            spread(weakest * ratio, output * ratio, feed * weld[element] / 5.16),
        )
    for element, share in (("Dy", 3 / 4), ("Tb", 1 / 4)):
        yield (
            capacity("mp_mountain_pass_heavy", element, "separation"),
            Sum(200 * share, low=3_000 * 0.04 * share),
        )
    pass_mix = (11.7, 4.2)
    for element, position in (("Nd", 0), ("Pr", 1)):
        mix = part(EV_AND_WIND_ND_PR, position)
        yield capacity("carester_caremag", element, "separation"), Sum(800 * mix)
        yield (
            capacity("mp_mountain_pass_ndpr", element, "separation"),
            Sum(
                (4_000 - 2_599) * part(pass_mix, position),
                high=(4_000 - 1_294) * part(pass_mix, position),
            ),
        )
        monazite = (0.20, 0.055)[position]
        yield capacity("iluka_eneabba", element, "separation"), Sum(17_500 * monazite)
        metal = (400 - 12 * 10) * mix * OXIDE_PER_METAL[element]
        yield capacity("src_saskatoon_metal", element, "metal"), Sum(metal)


STATED_OF_SERRA_VERDE = {"Dy": 164, "Tb": 29, "Y": 1_534}
"""Tonnes of 2027 by the owner; what is new is the part above the 2,000 t of today."""


def clay_mine() -> Iterator[tuple[Key, Sum]]:
    for element in ("Dy", "Nd", "Pr", "Tb", "Y"):
        others = [(6_400 - 2_000) * clay[element] / 100 for clay in (XUNWU, LONGNAN)]
        key = capacity("serra_verde_mine", element, "mining")
        if stated := STATED_OF_SERRA_VERDE.get(element):
            new = stated * (6_400 - 2_000) / 6_400
            yield key, spread(min(*others, new), new, stated)
        else:
            central = (6_400 - 2_000) * XINFENG[element] / 100
            yield key, spread(min(others), central, max(others))


# --- sectors, masses, stocks ------------------------------------------------------------------

INDUSTRY = {
    "aero_engines": (70_851, 18_389, 46_690), "air_conditioners": (44_005, 12_985, 33_272),
    "consumer_electronics": (5_629, 2_032, 3_122), "data_storage": (6_301, 3_725, 5_300),
    "fighter_jets": (161_150, 74_453, 149_598), "guided_munitions": (24_759, 6_702, 13_483),
    "medical_imaging": (39_880, 21_496, 33_529), "military_drones": (161_150, 74_453, 149_598),
    "missiles": (39_478, 10_077, 19_803), "naval_vessels": (34_193, 12_224, 25_522),
    "radar": (58_930, 39_434, 53_880), "semiconductor_equipment": (12_745, 5_223, 8_838),
    "wind_turbines": (10_421, 5_516, 13_001),
}  # fmt: skip
"""Gross output 2023, value added 2017, gross output 2017, USD million."""


def sector_sizes() -> Iterator[tuple[Key, Sum]]:
    for sector, (output, added, base) in INDUSTRY.items():
        key = ("sector_values", sector, "industry_value_added_musd")
        yield key, Sum(output * added / base)
    imports, exports = 630_000, 200_000
    key = ("sector_values", "electric_vehicles", "units_per_year")
    yield key, Sum(1_600_000 - imports + exports)
    rate = 60 + 125 + 600 + 96
    yield ("sector_values", "missiles", "units_per_year"), Sum(rate, high=rate + 1_900 + 2_100)


def masses_and_stocks() -> Iterator[tuple[Key, Sum]]:
    drive = ("needs", "data_storage", "ndfeb_light_magnet", "mass_kg_per_unit")
    yield drive, spread(0.010, (0.010 + 0.020) / 2, 0.020)
    jet = ("needs", "fighter_jets", "ndfeb_heavy_magnet", "mass_kg_per_unit")
    yield jet, spread(8, (8 + 20) / 2, 20)
    for sector in ("electric_vehicles", "electric_vehicles_eu"):
        key = ("needs", sector, "ndfeb_heavy_magnet", "mass_kg_per_unit")
        yield key, Sum(60_000_000 / 40_000_000, high=4.0)
    feed = "MP Materials (SEG+ feed)"
    yield ("reserves", "Dy", feed, "stock_t"), Sum(200 * 0.04 * 3 / 4)
    yield ("reserves", "Tb", feed, "stock_t"), Sum(200 * 0.04 / 4)
    solvay = ("reserves", "Sm", "Solvay La Rochelle (France)", "stock_t")
    yield solvay, Sum(200 * 150.36 / 444.47, high=200)


# --- observations ------------------------------------------------------------------------------

CONTROL = date(2025, 4, 4)


def weeks(first: date, last: date) -> float:
    return (last - first).days / 7


def stoppages() -> Iterator[tuple[Key, Sum]]:
    def until(year: int, month: int, day: int) -> float:
        return weeks(CONTROL, date(year, month, day))

    def row(sector: str, period: str, case: str, quantity: str = "weeks_to_impact") -> Key:
        return ("disruptions", sector, period, case, quantity)

    pause = Sum(until(2026, 2, 26), low=until(2025, 11, 1))
    yield row("aero_engines", "2026-02", "coating_firms"), pause
    first, last = until(2025, 5, 1), until(2025, 5, 25)
    may = spread(first, (first + last) / 2, last)
    yield row("conventional_cars", "2025-05", "ford_chicago"), may
    june = until(2025, 6, 4)
    yield row("conventional_cars_eu", "2025-06-04", "clepa_suppliers"), Sum(june, low=first)
    more = spread(june + 3, june + 3.5, june + 4)
    yield row("conventional_cars_eu", "2025-06-04", "clepa_more_plants"), more
    july = Sum(until(2025, 7, 15))
    yield row("conventional_cars_eu", "2025-06-09", "magnosphere_customers"), july
    begin = date(2025, 5, 26)
    restarts = date(2025, 6, 7), date(2025, 6, 13), date(2025, 6, 16)
    halt = spread(*(weeks(begin, day) for day in restarts))
    yield row("conventional_cars_jp", "2025-05-26", "suzuki_swift", "weeks_stopped"), halt
    yield row("conventional_cars_jp", "2025-05-26", "suzuki_swift"), Sum(weeks(CONTROL, begin))
    plan = Sum(1 - 8_221 / 26_512, high=1 - 8_200 / 26_500)
    yield row("electric_vehicles", "2025-06", "maruti_e_vitara", "output_lost_share"), plan
    stop = date(2022, 9, 7)
    ends = weeks(stop, date(2022, 10, 1)), weeks(stop, date(2022, 10, 31))
    alloy = row("fighter_jets", "2022-09-07", "f35_chinese_alloy", "weeks_stopped")
    yield alloy, spread(ends[0], sum(ends) / 2, ends[1])
    lost = Sum(max(0.0, 1 - 191 / 156))
    yield row("fighter_jets", "2025", "f35_deliveries", "output_lost_share"), lost
    yield row("semiconductor_equipment_eu", "2025-10", "asml", "stoppages"), Sum(0)


def licence_outcomes() -> Iterator[tuple[Key, Sum]]:
    def row(period: str, population: str, quantity: str) -> Key:
        return ("licence_outcomes", period, population, quantity)

    yield row("2025-06-30", "dexter_magnetic_us", "approved_share"), Sum(5 / 180)
    yield row("2025-06-30", "dexter_magnetic_us", "pending"), Sum(180 - 5, low=0)
    yield row("2025-09", "eu_chamber_members", "approved_share"), Sum(19 / 141, high=0.25)
    yield row("2025-10-30", "india_firms", "approved_share"), Sum(4 / (4 + 30))
    yield row("2025-10-30", "india_firms", "filed"), Sum(4 + 30)
    yield row("2025-11-05", "eu_priority_channel", "approved"), Sum(2_000 * 0.50, high=2_000 * 0.55)


def output() -> Iterator[tuple[Key, Sum]]:
    key = ("observed_output", "fighter_jets", "2025-Q3", "deliveries", "F-35, all customers")
    yield key, Sum(191 - 97 - 48)
    key = ("observed_output", "fighter_jets", "2026-Q1", "deliveries", "F-35, all customers")
    yield key, Sum(51 - 19)
    month = 4.345
    key = ("observed_stocks", "Y", "*", "2025-11-14")
    # In whole weeks, and twelve months as a year of 52.
    yield key, spread(month, round(6.5 * month), 52)


def before(tonnes: float, change: float, *, half: float = 0.0) -> Sum:
    """Last year's tonnes from this year's and the change; `half` the last digit of the change."""
    return spread(tonnes / (1 + change + half), tonnes / (1 + change), tonnes / (1 + change - half))


MAGNETS_BEFORE = {
    ("2024", "USA"): before(5_933, -0.203, half=0.0005),
    ("2024-04", "WLD"): before(2_627, -0.45, half=0.005),
    ("2024-05", "DEU"): before(209, -0.70, half=0.005),
    ("2024-05", "JPN"): spread(131 / 5.15 / 0.159, 131 / 5.1 / 0.159, 131 / 5.05 / 0.159),
    ("2024-05", "WLD"): spread(1_238.47 / 0.26, 1_238.47 / 0.2574, 1_238.47 / 0.25735),
    ("2024-06", "USA"): before(353, -0.52, half=0.005),
    ("2024-06", "WLD"): before(3_188, -0.381, half=0.0005),
    ("2024-07", "DEU"): before(1_116, -0.03, half=0.005),
    ("2024-07", "IND"): before(418, 0.60, half=0.005),
    ("2024-07", "USA"): before(619, 0.048, half=0.0005),
    ("2024-08", "USA"): before(590, -0.118, half=0.0005),
    ("2024-09", "DEU"): before(1_288, 0.279, half=0.0005),
    ("2024-09", "JPN"): before(228, 0.208, half=0.0005),
    ("2024-09", "KOR"): before(854, 0.845, half=0.0005),
    ("2024-09", "USA"): before(420.5, -0.295, half=0.0005),
    ("2024-09", "VNM"): before(456, 0.183, half=0.0005),
    ("2024-10", "DEU"): before(1_118, 0.559, half=0.0005),
    ("2024-10", "JPN"): before(226, 0.302, half=0.0005),
    ("2024-10", "KOR"): before(569, 0.313, half=0.0005),
    ("2024-10", "USA"): before(656, 0.045, half=0.0005),
    ("2024-11", "EUU"): before(2_568.8, 0.595, half=0.0005),
    ("2024-11", "USA"): before(581.8, -0.0884, half=0.00005),
    ("2024-11", "WLD"): before(6_149.95, 0.2829, half=0.00005),
    ("2024-12", "JPN"): before(280, 0.314, half=0.0005),
    ("2024-12", "WLD"): spread(5_579, 58_152 - 38_138 - 4_915 - 4_725 - 4_794, 5_581),
    ("2024-H1", "EUU"): before(8_360, -0.224, half=0.0005),
    ("2024-H1", "USA"): before(2_510, -0.306, half=0.0005),
    ("2024-H1", "WLD"): Sum(32_812 - 5_278),
    ("2025-02", "WLD"): Sum(
        19_132 - 6_357 - 5_324 - 2_626 - 1_238, high=10_763 / 1.082 - 6_357
    ),
    ("2025-05", "EUU"): spread(0.315 * 1_238, 0.32 * 1_238, 0.325 * 1_238),
    ("2025-05", "JPN"): spread(131 / 5.15, 131 / 5.1, 131 / 5.05),
    ("2025-06", "IND"): Sum(418 / 2.43, high=418 / 2.4),
    ("2025-08", "VNM"): before(456, 0.575, half=0.0005),
    ("2025-09", "EUU"): before(2_060.3, -0.163, half=0.0005),
    ("2025-Q1", "USA"): Sum(877 + 405 + 584),
    ("2025-Q1", "WLD"): Sum(19_132 - 2_626 - 1_238, high=6_357 + 3_590 + 5_324),
    ("2026-01", "USA"): Sum(994 - 406 / (1 - 0.095), high=994 - 406 / (1 - 0.0945)),
    ("2026-01", "WLD"): spread(
        10_763 - 5_238 / 1.1045, 10_763 - 5_238 / 1.105, 10_763 - 5_238 / 1.1055
    ),
    ("2026-02", "USA"): Sum(406 / (1 - 0.095), low=406 / (1 - 0.0945)),
    ("2026-02", "WLD"): before(5_238, 0.105, half=0.0005),
    ("2026-Q1", "USA"): Sum(994 + 406),
}  # fmt: skip

ALL_RARE_EARTHS_BEFORE = {
    "2024-07": before(5_994.3, 0.21, half=0.005),
    "2025-Q1": spread(
        *(five_months - 5_864.6 - 4_784.8 for five_months in (24_826.5, 24_827.0, 24_827.5))
    ),
}


def flows() -> Iterator[tuple[Key, Sum]]:
    for (period, place), figures in MAGNETS_BEFORE.items():
        yield ("observed_exports", period, "rare_earth_magnets", place), figures
    for period, figures in ALL_RARE_EARTHS_BEFORE.items():
        yield ("observed_exports", period, "rare_earths_all", "WLD"), figures


# --- the licence queue ------------------------------------------------------------------------


def queue() -> Iterator[tuple[Key, Sum]]:
    def row(quantity: str, destination: str = "*") -> Key:
        return ("licence_queue", destination, "*", "*", quantity, "None")

    licensed = (0.067, 0.113, 0.152)  # relationships a week, out of the fit to exports
    yield row("capacity_share_per_week"), spread(*licensed)
    yield row("enforcement_weeks"), spread(7 / 7, 19.0 / 7, 35 / 7)
    yield row("delay_weeks_general"), spread(22 / 7, 26.5 / 7, 44 / 7)
    yield row("delay_weeks_ordinary"), spread(52 / 12, 45 / 7, 45 / 5)
    yield row("delay_weeks_ordinary_upstream"), spread(60 / 7, 90 / 7, 4 * 4.35)
    first = "first_decision_week"
    yield row(first), spread(24.4 / 7, 47.3 / 7, 59 / 7)
    yield row(first, "EUU"), spread(21 / 7, 26 / 7, 39 / 7)
    yield row(first, "IND"), spread(209 / 7, 209 / 7, 265 / 7)
    yield row(first, "USA"), spread(41 / 7, 59 / 7, 68 / 7)


SOURCES_OF_SUMS = (
    remainders, mine_shares, separation_shares, compositions, world_use, prices_by_volume,
    magnet_works, separators, clay_mine, sector_sizes, masses_and_stocks, stoppages,
    licence_outcomes, output, flows, queue, oxides, pools, sizes_abroad,
)  # fmt: skip

ORE = ("mining", "CHN", "2025", "outturn")
OXIDE = ("separation", "CHN", "2025", "outturn")
USE = ("WLD", "world_use_t_per_year")
EU_STUDY, WIDER = "the EU study of 2023", "wider than the assays give"

JUDGED_ENDS = {
    **{("stage_shares", e, *ORE, "high"): EU_STUDY for e in ("Gd", "Lu", "Sm", "Y")},
    **{("stage_shares", e, *OXIDE, "high"): EU_STUDY for e in ("Dy", "Tb")},
    ("stage_shares", "Gd", *ORE, "low"): "the central value rounded down",
    ("stage_shares", "Dy", *ORE, "low"): WIDER,
    ("stage_shares", "Dy", *ORE, "high"): WIDER,
    ("demand", "Dy", *USE, "low"): "mine output about 2020, as reported",
    ("demand", "Gd", *USE, "high"): "all gadolinium in ore",
    ("demand", "Nd", *USE, "low"): "lower end of ore times assay",
}
"""Ends that are no arithmetic: key and end, with the reason."""


@cache
def recomputed() -> dict[Key, Sum]:
    found: dict[Key, Sum] = {}
    for source in SOURCES_OF_SUMS:
        for key, figures in source():
            assert key not in found, f"two derivations of {key}"
            found[key] = figures
    return found


def derived() -> dict[Key, QuantityRow]:
    return {key: row for key, row in shipped().items() if row.basis is Basis.DERIVED}


def rounding(stated: float) -> float:
    """Half a unit of the last digit stated; trailing zeros count up to half a per cent."""
    text = repr(stated).removesuffix(".0")
    if "." in text:
        return 0.5 * 10.0 ** -len(text.split(".")[1])
    zeros = len(text) - len(text.rstrip("0")) if stated else 0
    return min(0.5 * 10.0**zeros, max(0.5, 0.005 * abs(stated)))


def test_every_derived_row_has_a_recomputation_and_no_other_row_has_one() -> None:
    assert set(derived()) == set(recomputed())


def disagreements(key: Key) -> Iterator[str]:
    """Figures of a row that its arithmetic does not give."""
    row, figures = shipped()[key], recomputed()[key]
    stated = (row.low, row.central, row.high)
    decimals = max(len(repr(end).removesuffix(".0").partition(".")[2]) for end in stated)
    accepted = 0.5 * 10.0**-decimals if decimals else max(map(rounding, stated))
    for end in ("low", "central", "high"):
        found, expected = getattr(row, end), getattr(figures, end)
        if expected is None:
            if found != row.central and (*key, end) not in JUDGED_ENDS:
                yield f"{'|'.join(key)}: {end} {found:g} is neither recomputed nor judged"
            continue
        slack = accepted if end == "central" else max(accepted, figures.within)
        if abs(found - expected) > slack + 1e-9:
            yield f"{'|'.join(key)}: {end} is {found:g}, its arithmetic gives {expected:.6g}"


def test_every_derived_row_recomputes_to_its_values() -> None:
    rows = sorted(set(recomputed()) & set(derived()))
    assert [text for key in rows for text in disagreements(key)] == []


def test_every_judged_end_still_differs_from_its_centre() -> None:
    for *key, end in JUDGED_ENDS:
        row = shipped()[tuple(key)]
        assert getattr(row, end) != row.central, (*key, end)


def test_the_judged_range_of_dysprosium_ore_encloses_what_other_clays_give() -> None:
    row = shipped()["stage_shares", "Dy", "mining", "CHN", "2025", "outturn"]
    for clay in (XUNWU, LONGNAN):
        assert row.low < china_ore_share("Dy", clay, hard_rock=0.1) < row.high


# --- rows derived from an assumption are marked -------------------------------------------------


def test_a_remainder_of_an_assumed_share_counts_as_assumed() -> None:
    for key in [*REMAINDERS_BY_STAGE, *REMAINDERS_OF_BUYERS, *HALVES]:
        if is_assumed(shipped()[china_of(key)]):
            assert is_assumed(shipped()[key]), key


def test_a_remainder_rests_on_an_assumption_exactly_if_one_of_its_set_does() -> None:
    for key in [*REMAINDERS_BY_STAGE, *REMAINDERS_OF_BUYERS]:
        country = 3 if key[0] == "stage_shares" else 5
        rest = [*key[:country], *key[country + 1 :]]
        others = [
            row
            for other, row in shipped().items()
            if other != key and [*other[:country], *other[country + 1 :]] == rest
        ]
        assert is_assumed(shipped()[key]) == any(map(is_assumed, others)), key


def test_what_is_made_of_an_assumed_row_rests_on_an_assumption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[Key] = []

    def noted(*key: str) -> float:
        read.append(key)
        return shipped()[key].central

    monkeypatch.setitem(globals(), "value", noted)
    made = 0
    for source in SOURCES_OF_SUMS:
        read.clear()
        for key, _ in source():
            if any(is_assumed(shipped()[row]) for row in read):
                made += 1
                assert is_assumed(shipped()[key]), (key, read)
            read.clear()
    assert made > 0


@pytest.mark.parametrize("source", [mine_shares, magnet_works, clay_mine], ids=lambda f: f.__name__)
def test_a_figure_made_with_a_borrowed_assay_or_mix_counts_as_assumed(source: object) -> None:
    for key, _ in source():  # type: ignore[operator]
        assert is_assumed(shipped()[key]), key


def test_with_the_forecast_output_of_2024_a_little_less_is_used_abroad() -> None:
    shares = [magnets_used_abroad(output, 0.92) for output in (240_000, 260_000)]
    assert [round(share, 2) for share in shares] == [0.30, 0.29]
