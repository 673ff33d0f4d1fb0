"""Errors of tables that do not fit together, with the whole text."""

import pytest

from exposure.errors import TableError
from tests.changes import (
    Change,
    add,
    both,
    buyer,
    cover,
    every,
    message_of,
    plant,
    pool_size,
    pool_user,
    put,
    queue,
    stock,
    substitute,
    without,
    world_use,
)
from tests.tiny import figure, tiny_dataset, tiny_records

END = len(tiny_records()["licence_queue"]) + 2
"""Line of a row that is added to the queue."""

SHARE, TONNES = "share_of_demand_outside_china", "demand_t_per_year"

PLANT = ("capacity_t_per_year", "slip_weeks", "ramp_weeks", "success_probability")

CASES: list[tuple[str, Change, str]] = [
    (
        "a misspelt sector",
        put("cover", 1, sector="misiles"),
        "cover.csv: 1 fault\n"
        "  - line 3, sector: found 'misiles'; expected a sector of sectors.csv; did you mean "
        "'missiles'?",
    ),
    (
        "a need of an unknown component",
        put("needs", 2, component="ndfeb_heavy_magnt"),
        "needs.csv: 1 fault\n"
        "  - line 4, component: found 'ndfeb_heavy_magnt'; expected a component of "
        "components.csv; did you mean 'ndfeb_heavy_magnet'?",
    ),
    (
        "a sector and a component that nothing resembles",
        add("substitution", substitute("yachts", "keel")),
        "substitution.csv: 2 faults\n"
        "  - line 2, component: found 'keel'; expected a component of components.csv; write one "
        "of: ndfeb_heavy_magnet, ndfeb_light_magnet, smco_magnet\n"
        "  - line 2, sector: found 'yachts'; expected a sector of sectors.csv; write one of: "
        "electric_vehicles, loudspeakers, made_up, missiles",
    ),
    (
        "a component of an element without a control date",
        put("components", 1, elements="Ho Nd"),
        "components.csv: 1 fault\n"
        "  - line 3, elements: found 'Ho'; expected an element of elements.csv; add it there, "
        "with its control date",
    ),
    (
        "an element that is gone",
        without("elements", "Nd"),
        "component_elements.csv: 2 faults\n"
        "  - line 4, element: found 'Nd'; expected an element of elements.csv; write one of: Dy, "
        "Sm\n"
        "  - line 5, element: found 'Nd'; expected an element of elements.csv; write one of: Dy, "
        "Sm\n"
        "components.csv: 2 faults\n"
        "  - line 3, elements: found 'Nd'; expected an element of elements.csv; add it there, "
        "with its control date\n"
        "  - line 4, elements: found 'Nd'; expected an element of elements.csv; add it there, "
        "with its control date\n"
        "stage_shares.csv: 8 faults\n"
        + "\n".join(
            f"  - line {line}, element: found 'Nd'; expected an element of elements.csv; write "
            "one of: Dy, Sm"
            for line in range(18, 26)
        ),
    ),
    (
        "a component of a stage that nobody knows",
        put("components", 1, stages="mining seperation metal magnet"),
        "components.csv: 1 fault\n"
        "  - line 3, stages: found 'seperation'; expected a stage of stages.csv; did you mean "
        "'separation'?",
    ),
    (
        "an unknown source, nearly spelt",
        put("needs", 0, source_id="made_up_2024", locator="p. 3"),
        "needs.csv: 1 fault\n"
        "  - line 2, source_id: found 'made_up_2024'; expected a source of sources.csv; did you "
        "mean 'made_up_2025'?",
    ),
    (
        "an unknown source, one of two",
        put("needs", 0, source_id="made_up_2025; iea", locator="p. 3; p. 4"),
        "needs.csv: 1 fault\n"
        "  - line 2, source_id: found 'iea'; expected a source of sources.csv; add it to "
        "sources.csv",
    ),
    (
        "stage shares that sum to 1.3",
        put("stage_shares", 1, low=0.7, central=0.7, high=0.7),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, Sm, mining, 2024, outturn: found central shares that sum to 1.300; expected "
        "1 ± 0.02; lower the shares that are counted twice",
    ),
    (
        "stage shares that sum to 0.8",
        put("stage_shares", 1, low=0.2, central=0.2, high=0.2),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, Sm, mining, 2024, outturn: found central shares that sum to 0.800; expected "
        "1 ± 0.02; add the missing countries, or one ROW (rest of the world) row",
    ),
    (
        "stage shares short by more than rounding",
        put("stage_shares", 1, low=0.379, central=0.379, high=0.379),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, Sm, mining, 2024, outturn: found central shares that sum to 0.979; expected "
        "1 ± 0.02; add the missing countries, or one ROW (rest of the world) row",
    ),
    (
        "sourcing without the rest of the world",
        without("sourcing", "metal", "ROW"),
        "sourcing.csv: 1 fault\n"
        "  - line 2, USA, military, smco_magnet, metal, 2025-01-01: found central shares that sum "
        "to 0.100; expected 1 ± 0.02; add the missing countries, or one ROW (rest of the world) "
        "row",
    ),
    (
        "buyers of half the output",
        put("buyers", 0, low=0.5, central=0.5, high=0.5),
        "buyers.csv: 1 fault\n"
        "  - line 2, missiles: found central shares that sum to 0.500; expected 1 ± 0.02; add the "
        "missing buyers",
    ),
    (
        "buyers of more than the output",
        add("buyers", buyer("missiles", "civil", 0.2)),
        "buyers.csv: 1 fault\n"
        "  - line 2, missiles: found central shares that sum to 1.200; expected 1 ± 0.02; lower "
        "the shares that are counted twice",
    ),
    (
        "industry shares over 1",
        both(put("sectors", 1, industry_code="CODE0"), put("sectors", 2, industry_code="CODE0")),
        "sector_values.csv: 1 fault\n"
        "  - line 3, industry CODE0: found central shares of missiles, electric_vehicles, "
        "loudspeakers that sum to 1.500; expected at most 1; lower them",
    ),
    (
        "an industry of two values",
        both(
            put("sectors", 1, industry_code="CODE0"),
            put("sector_values", 0, low=900.0, central=1000.0, high=1234567.5),
        ),
        "sector_values.csv: 1 fault\n"
        "  - line 2, value added of industry CODE0 (USA): found 900, 1000, 1234567.5 (missiles) "
        "against 1000 (electric_vehicles); expected one figure, since it is that of the whole "
        "industry; state the same low, central and high for each of its sectors",
    ),
    (
        "a sector without needs",
        both(without("needs", "loudspeakers"), without("cover", "loudspeakers")),
        "sectors.csv: 1 fault\n"
        "  - line 4, loudspeakers: found no needs; expected a row in needs.csv; add its "
        "criticality_share",
    ),
    (
        "a sector without buyers",
        without("buyers", "loudspeakers"),
        "sectors.csv: 1 fault\n"
        "  - line 4, loudspeakers: found no buyers; expected a row in buyers.csv; add its share "
        "by buyer class",
    ),
    (
        "a sector without cover",
        without("cover", "loudspeakers"),
        "sectors.csv: 2 faults\n"
        "  - line 4, loudspeakers: found no stock_weeks of ndfeb_light_magnet; expected a row "
        "in cover.csv; add the row\n"
        "  - line 4, loudspeakers: found no lag_weeks of ndfeb_light_magnet; expected a row in "
        "cover.csv; add the row",
    ),
    (
        "a substitute without its times",
        add("substitution", substitute("missiles", "smco_magnet")),
        "substitution.csv: 1 fault\n"
        "  - line 2, missiles, smco_magnet: found no qualification_weeks, ramp_weeks; expected "
        "all quantities; add the rows",
    ),
    (
        "a plant without its capacity",
        both(
            add("new_supply", *plant(*PLANT[1:])),
            add("demand", *world_use("Dy")),
            add("pool_users", pool_size()),
        ),
        "new_supply.csv: 1 fault\n"
        "  - line 2, plant, Dy, separation: found no capacity_t_per_year; expected all "
        "quantities; add the rows",
    ),
    (
        "a plant without demand",
        add("new_supply", *plant(*PLANT)),
        "new_supply.csv: 2 faults\n"
        "  - line 2, element Dy: found no world_use_t_per_year of the world (WLD); expected a "
        "row in demand.csv; add the row\n"
        "  - line 2, element Dy: found no demand_t_per_year of all users of pool 'dy'; expected a "
        "row in pool_users.csv; add the row",
    ),
    (
        "a queue without look-through",
        without("licence_queue", "look_through"),
        "licence_queue.csv: 1 fault\n"
        "  - line 2, *: found no look_through; expected all quantities; add the rows",
    ),
    (
        "no default queue",
        every("licence_queue", destination="USA"),
        "licence_queue.csv: 1 fault\n"
        "  - destination: found no rows for '*'; expected the default queue; add a "
        "row for each quantity",
    ),
    (
        "stages out of order",
        put("components", 0, stages="magnet mining separation metal"),
        "components.csv: 1 fault\n"
        "  - line 2, stages: found magnet mining separation metal; expected each stage once, "
        "upstream first; write mining separation metal magnet",
    ),
    (
        "a stage twice",
        put("components", 0, stages="mining separation metal metal magnet"),
        "components.csv: 1 fault\n"
        "  - line 2, stages: found mining separation metal metal magnet; expected each stage "
        "once, upstream first; write mining separation metal magnet",
    ),
    (
        "a stage without a share of China",
        without("stage_shares", "Sm", "metal", "CHN"),
        "components.csv: 1 fault\n"
        "  - line 2, smco_magnet: found no share of China for Sm at stage metal; expected an "
        "outturn row in stage_shares.csv; add the row, as assumed with an argued range if it is "
        "not known\n"
        "stage_shares.csv: 1 fault\n"
        "  - line 6, Sm, metal, 2024, outturn: found central shares that sum to 0.050; expected 1 "
        "± 0.02; add the missing countries, or one ROW (rest of the world) row",
    ),
    (
        "a forecast in place of a share",
        both(*(put("stage_shares", i, kind="forecast") for i in (4, 5))),
        "components.csv: 1 fault\n"
        "  - line 2, smco_magnet: found no share of China for Sm at stage metal; expected an "
        "outturn row in stage_shares.csv; add the row, as assumed with an argued range if it is "
        "not known",
    ),
    (
        "a renewal filed before the licence lives",
        put("licence_queue", 11, low=4, central=9, high=30),
        "licence_queue.csv: 2 faults\n"
        "  - line 10, *, validity_weeks_ordinary: found 26 weeks at the lowest; expected at "
        "least the longest renewal_lead_weeks, 30; shorten the lead or lengthen the validity\n"
        "  - line 11, *, validity_weeks_fast_track: found 26 weeks at the lowest; expected at "
        "least the longest renewal_lead_weeks, 30; shorten the lead or lengthen the validity",
    ),
    (
        "one destination whose licences are too short",
        add("licence_queue", queue("JPN", "validity_weeks_fast_track", (6.0, 26.0, 26.0))),
        "licence_queue.csv: 1 fault\n"
        f"  - line {END}, JPN, validity_weeks_fast_track: found 6 weeks at the lowest; expected at "
        "least the longest renewal_lead_weeks, 9; shorten the lead or lengthen the validity",
    ),
    (
        "one destination that renews too early",
        add("licence_queue", queue("JPN", "renewal_lead_weeks", 40.0)),
        "licence_queue.csv: 2 faults\n"
        f"  - line {END}, JPN, validity_weeks_fast_track: found 26 weeks at the lowest; expected "
        "at least the longest renewal_lead_weeks, 40; shorten the lead or lengthen the validity\n"
        f"  - line {END}, JPN, validity_weeks_ordinary: found 26 weeks at the lowest; expected at "
        "least the longest renewal_lead_weeks, 40; shorten the lead or lengthen the validity",
    ),
    (
        "a cap below the stock",
        add("cover", cover("cap_weeks", 8.0)),
        "cover.csv: 1 fault\n"
        "  - line 10, low: found a cap of 8 weeks; expected at least the highest stock at the "
        "start, 12; raise the cap",
    ),
    (
        "a cap of a group below the stock of one of its sectors",
        add("cover", cover("cap_weeks", 8.0) | {"sector": "made_up"}),
        "cover.csv: 1 fault\n"
        "  - line 10, low: found a cap of 8 weeks; expected at least the highest stock at the "
        "start, 12; raise the cap",
    ),
    (
        "a cap of a sector below the stock of its group",
        both(put("cover", 0, sector="made_up"), add("cover", cover("cap_weeks", 8.0))),
        "cover.csv: 1 fault\n"
        "  - line 10, low: found a cap of 8 weeks; expected at least the highest stock at the "
        "start, 12; raise the cap",
    ),
    (
        "an element of a component without its pool",
        without("component_elements", "ndfeb_heavy_magnet", "Nd"),
        "components.csv: 1 fault\n"
        "  - line 3, ndfeb_heavy_magnet: found no row for Nd; expected a row in "
        "component_elements.csv; add its mass fraction and its pool",
    ),
    (
        "a pool of an element that is not in the component",
        put("component_elements", 0, element="Dy"),
        "component_elements.csv: 1 fault\n"
        "  - line 2, element: found 'Dy'; expected an element of smco_magnet; add it to the "
        "elements of components.csv, or delete the row\n"
        "components.csv: 1 fault\n"
        "  - line 2, smco_magnet: found no row for Sm; expected a row in component_elements.csv; "
        "add its mass fraction and its pool",
    ),
    (
        "a replacement that replaces nothing",
        put("component_elements", 1, alternative="heavy"),
        "component_elements.csv: 1 fault\n"
        "  - line 3, alternative: found 'heavy' for Dy alone in ndfeb_heavy_magnet; expected at "
        "least two elements with the same word; name its replacement, or leave it out",
    ),
    (
        "users who take more than there is",
        add(
            "pool_users",
            pool_size(),
            pool_user("missiles", SHARE, 0.5, sector="missiles"),
            pool_user("electric_vehicles", SHARE, 0.53, sector="electric_vehicles"),
        ),
        "pool_users.csv: 1 fault\n"
        "  - line 3, pool dy: found central shares that sum to 1.030; expected at most 1 + 0.02; "
        "lower the shares that are counted twice",
    ),
    (
        "a part of a user whom nobody knows",
        add(
            "pool_users",
            pool_size(),
            pool_user("missiles", SHARE, 0.1, sector="missiles", part_of="defense"),
        ),
        "pool_users.csv: 1 fault\n"
        "  - line 3, part_of: found 'defense'; expected a user of pool dy; write one of: all, "
        "missiles",
    ),
    (
        "a user of a sector that nobody knows",
        add("pool_users", pool_user("missiles", SHARE, 0.1, sector="misiles")),
        "pool_users.csv: 1 fault\n"
        "  - line 2, sector: found 'misiles'; expected a sector of sectors.csv; did you mean "
        "'missiles'?",
    ),
    (
        "a sector that is two users",
        add(
            "pool_users",
            pool_user("missiles", SHARE, 0.1, sector="missiles"),
            pool_user("interceptors", SHARE, 0.1, sector="missiles"),
        ),
        "pool_users.csv: 1 fault\n"
        "  - line 3, sector: found sector 'missiles' as user 'interceptors' and as user "
        "'missiles'; expected one user of pool dy; join them",
    ),
    (
        "users of whom nobody knows what they buy, or for whom",
        add(
            "pool_users",
            pool_user("toys", SHARE, 0.1),
            pool_user("trains", SHARE, 0.1, component="smco_magnet"),
            pool_user("ships", SHARE, 0.1, component="ndfeb_heavy_magnet"),
        ),
        "pool_users.csv: 3 faults\n"
        "  - line 2, component: found nothing; expected a component that draws on pool 'dy'; "
        "name one, or name the sector\n"
        "  - line 3, component: found 'smco_magnet'; expected a component that draws on pool "
        "'dy'; name one, or name the sector\n"
        "  - line 4, buyer_class: found nothing; expected civil, dual or military for a user that "
        "is no sector; fill it in",
    ),
    (
        "users without a size, with two sizes, and in tonnes of an unknown whole",
        add(
            "pool_users",
            pool_user("missiles", "order_class", 1.0, sector="missiles"),
            pool_user("electric_vehicles", SHARE, 0.1, sector="electric_vehicles"),
            pool_user("electric_vehicles", TONNES, 10.0, sector="electric_vehicles"),
            pool_user("loudspeakers", TONNES, 10.0, sector="loudspeakers"),
        ),
        "pool_users.csv: 3 faults\n"
        "  - line 2, dy, missiles: found no size; expected share_of_demand_outside_china or "
        "demand_t_per_year; add the row\n"
        "  - line 3, dy, electric_vehicles: found demand_t_per_year and "
        "share_of_demand_outside_china; expected share_of_demand_outside_china or "
        "demand_t_per_year; keep one of the rows\n"
        "  - line 5, dy, loudspeakers: found no demand_t_per_year of 'all', of which it would be "
        "a part; expected the demand of the pool; add the row",
    ),
    (
        "a share of the whole, and of what is left",
        add(
            "pool_users", pool_size(), pool_user("all", SHARE, 0.5), pool_user("other", SHARE, 0.5)
        ),
        "pool_users.csv: 2 faults\n"
        "  - line 3, quantity: found share_of_demand_outside_china of 'all'; expected "
        "demand_t_per_year alone; delete the row\n"
        "  - line 4, quantity: found share_of_demand_outside_china of 'other'; expected "
        "order_class alone; delete the row",
    ),
    (
        "a user described in two ways",
        add(
            "pool_users",
            pool_user("missiles", SHARE, 0.1, sector="missiles"),
            pool_user("missiles", "order_class", 1.0),
        ),
        "pool_users.csv: 2 faults\n"
        "  - line 3, component: found nothing; expected a component that draws on pool 'dy'; "
        "name one, or name the sector\n"
        "  - line 3, sector: found '' for missiles of pool dy; expected 'missiles', as on line 2; "
        "describe the user once",
    ),
    (
        "half a class of service, and a place like that of nobody",
        add(
            "pool_users",
            pool_user("missiles", SHARE, 0.1, sector="missiles"),
            pool_user("missiles", "order_class", (1.0, 2.5, 3.0), sector="missiles"),
            pool_user("loudspeakers", SHARE, 0.1, sector="loudspeakers", served_like="misiles"),
            pool_user(
                "loudspeakers", "order_class", 2.0, sector="loudspeakers", served_like="misiles"
            ),
        ),
        "pool_users.csv: 2 faults\n"
        "  - line 3, order_class: found 1, 2.5, 3; expected three whole numbers; round them\n"
        "  - line 5, served_like: found 'misiles'; expected a user of pool dy with an order_class "
        "that is like no other; did you mean 'missiles'?",
    ),
    (
        "a class of service that does not exist",
        add("pool_users", pool_user("missiles", "order_class", 8.0, sector="missiles")),
        "pool_users.csv: 3 faults\n"
        "  - line 2, central: found 8; expected between 1 and 7; correct the figure\n"
        "  - line 2, high: found 8; expected between 1 and 7; correct the figure\n"
        "  - line 2, low: found 8; expected between 1 and 7; correct the figure",
    ),
    (
        "a negative spread of firms",
        add("parameters", {"parameter": "firm_spread", "scope": "*"} | figure(-0.1, "sigma")),
        "parameters.csv: 3 faults\n"
        "  - line 6, central: found -0.1; expected at least 0; correct the figure\n"
        "  - line 6, high: found -0.1; expected at least 0; correct the figure\n"
        "  - line 6, low: found -0.1; expected at least 0; correct the figure",
    ),
    (
        "stocks of a stranger, and of a day before control",
        add("observed_stocks", stock("misiles", "2025-11-15"), stock("missiles", "2025-03-31")),
        "observed_stocks.csv: 2 faults\n"
        "  - line 2, subject: found 'misiles'; expected a sector or an element; did you mean "
        "'missiles'?\n"
        "  - line 3, date: found '2025-03-31'; expected a day from 2025-04-04 on, when control "
        "began; state it in cover.csv, which holds the stocks of that day",
    ),
    (
        "a missing parameter",
        without("parameters", "restock_ratio"),
        "parameters.csv: 1 fault\n"
        "  - restock_ratio: found no row for scope '*'; expected one; add the row",
    ),
    (
        "a controlled element without its weight",
        without("parameters", "Dy"),
        "parameters.csv: 1 fault\n"
        "  - application_weight: found no row for scope 'Dy'; expected one; add the "
        "row",
    ),
    (
        "a parameter of no element",
        put("parameters", 2, scope="Smm"),
        "parameters.csv: 1 fault\n"
        "  - line 4, scope: found 'Smm'; expected an element, a group of sectors, or "
        "'*'; did you mean 'Sm'?",
    ),
    (
        "a table without rows",
        without("needs"),
        "needs.csv: found no rows; expected at least one row; add the rows",
    ),
    (
        "a table that is not there",
        without("parameters"),
        "parameters.csv: found no rows; expected at least one row; add the rows",
    ),
]


@pytest.mark.parametrize(
    ("change", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_tables_that_do_not_fit_are_refused_with_the_row_and_the_cure(change: Change, message: str):
    records = tiny_records()
    change(records)
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value) == message


FITTING: list[tuple[str, Change]] = [
    (
        "shares of whole percents that miss 1 by 0.02",
        put("stage_shares", 1, low=0.38, central=0.38, high=0.38),
    ),
    ("a cap as high as the highest stock", add("cover", cover("cap_weeks", 12.0))),
    ("industry shares of exactly 1", put("sectors", 1, industry_code="CODE0")),
    (
        "one industry code in three countries, of three values",
        both(
            *(
                put("sectors", i, industry_code="C", destination=d)
                for i, d in enumerate(("USA", "JPN", "EUU"))
            ),
            *(put("sector_values", 2 * i, low=float(i)) for i in range(3)),
        ),
    ),
    (
        "an industry whose value only one of its sectors states",
        both(
            put("sectors", 1, industry_code="CODE0"),
            without("sector_values", "electric_vehicles", "USD million/yr"),
        ),
    ),
    ("a licence that lives as long as its renewal lead", put("licence_queue", 9, low=9)),
    (
        "a plant, what the world uses and the pool it feeds",
        both(
            add("new_supply", *plant(*PLANT)),
            add("demand", *world_use("Dy")),
            add("pool_users", pool_size()),
        ),
    ),
    (
        "a back-test of a sector nobody ranks",
        add(
            "observed_output",
            {
                "sector": "yachts",
                "period": "2025",
                "quantity": "sales",
                "programme": "all",
                **figure(10.0, "unit"),
            },
        ),
    ),
    (
        "a source cited twice",
        put("needs", 0, source_id="made_up_2025; made_up_2025", locator="p. 3; p. 4"),
    ),
]


@pytest.mark.parametrize("change", [case[1] for case in FITTING], ids=[case[0] for case in FITTING])
def test_tables_that_just_fit_are_accepted(change: Change):
    records = tiny_records()
    change(records)
    assert tiny_dataset(records).version == "tiny"


def test_a_table_that_is_not_there_counts_as_empty():
    with pytest.raises(TableError) as error:
        tiny_dataset({name: rows for name, rows in tiny_records().items() if name != "buyers"})
    assert message_of(error.value) == (
        "buyers.csv: found no rows; expected at least one row; add the rows"
    )


def test_faults_of_rows_and_of_tables_come_in_one_message_file_by_file():
    records = tiny_records()
    both(
        put("needs", 0, central="most"),
        put("stage_shares", 1, low=0.7, central=0.7, high=0.7),
        put("sectors", 2, end_use="Civil use"),
        without("parameters", "nested_share"),
    )(records)
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value) == (
        "needs.csv: 1 fault\n"
        "  - line 2, central: found 'most'; expected a finite number; correct it\n"
        "parameters.csv: 1 fault\n"
        "  - nested_share: found no row for scope '*'; expected one; add the row\n"
        "sectors.csv: 1 fault\n"
        "  - line 4, end_use: found 'Civil use'; expected a known end use; write one of: civil, "
        "defence, dual\n"
        "stage_shares.csv: 1 fault\n"
        "  - line 2, Sm, mining, 2024, outturn: found central shares that sum to 1.300; expected "
        "1 ± 0.02; lower the shares that are counted twice"
    )


def test_a_faulty_row_is_not_reported_as_missing_too():
    records = tiny_records()
    both(put("needs", 3, high=1.7), put("buyers", 2, tier="usual"), put("cover", 7, low=-1))(
        records
    )
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value) == (
        "buyers.csv: 1 fault\n"
        "  - line 4, tier: found 'usual'; expected a known tier; write one of: listed, standard, "
        "trusted\n"
        "cover.csv: 1 fault\n"
        "  - line 9, low: found -1; expected at least 0; correct the figure\n"
        "needs.csv: 1 fault\n"
        "  - line 5, high: found 1.7; expected between 0 and 1; shares are fractions, write 0.92 "
        "for 92 %"
    )


def test_nor_is_a_row_under_a_misspelt_key():
    records = tiny_records()
    both(put("sectors", 2, end_use="none"), put("cover", 2, sector="misiles"))(records)
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value) == (
        "sectors.csv: 1 fault\n"
        "  - line 4, end_use: found 'none'; expected a known end use; write one of: civil, "
        "defence, dual"
    )
