"""Broken tables, one for each rule, with the checks that find the fault.

Each case starts from the tiny tables, breaks one rule and names the table that is broken. `wording`
is the first fault of our own check, word for word. `seen` are the kinds of error that frictionless
reports for that table, described by the schema of the row models; where it sees nothing, `blind`
says why.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.changes import (
    Change,
    Edit,
    add,
    both,
    buyer,
    cover,
    edit,
    every,
    headless,
    plant,
    pool_size,
    pool_user,
    price,
    put,
    queue,
    recode,
    save,
    semicolons,
    stock,
    stop,
    substitute,
    without,
    world_use,
)
from tests.tiny import Records, figure, tiny_records, write_folder

ACROSS_CELLS = "a Table Schema has no rule across the cells of a row"
ACROSS_ROWS = "a Table Schema has no rule across rows but unique keys"
ACROSS_TABLES = "a Table Schema cannot compare what two tables hold"
BY_QUANTITY = "a column has one list of units and one range, not one for each quantity"
EMPTY_IS_FINE = "a table without rows breaks no rule of a Table Schema"
LIST_IN_A_CELL = "a reference is a whole cell, and this column holds lists"
ONE_WAY = "a row must refer to one that exists, but nothing can be made to be referred to"
OPEN_TEXT = "the column is open text; its words are those of the elements"
ORDER = "a pattern for all orders but the right ones would be out of proportion"
READS_INF = "INF is a number of a Table Schema, and a column of tonnes or weeks has no upper end"
READS_ON = "it reads on to the end of the file, so that the rows behind are lost in one cell"

TIMES = ("slip_weeks", "ramp_weeks", "success_probability")


@dataclass(frozen=True)
class Broken:
    """One rule, what breaks it and who notices."""

    rule: str
    table: str
    change: Change | None
    edit: Edit | None
    wording: str
    seen: tuple[str, ...] = ()
    blind: str = ""

    @property
    def message(self) -> str:
        """The whole message; the fault of a whole file takes one line."""
        file = f"{self.table}.csv:"
        whole = self.wording.startswith("found")
        return f"{file} {self.wording}" if whole else f"{file} 1 fault\n  - {self.wording}"

    def write(self, folder: Path) -> Path:
        """Write the tiny tables with this rule broken."""
        records = tiny_records()
        if self.change is not None:
            self.change(records)
        write_folder(folder, records)
        if self.edit is not None:
            self.edit(folder)
        return folder


def rows(rule: str, table: str, change: Change, wording: str, **noticed: object) -> Broken:
    """A table that is broken in memory."""
    return Broken(rule, table, change, None, wording, **noticed)  # type: ignore[arg-type]


def file(rule: str, table: str, change: Edit, wording: str, **noticed: object) -> Broken:
    """A table that is broken as a file."""
    return Broken(rule, table, None, change, wording, **noticed)  # type: ignore[arg-type]


PRICE = {"item": "dy_oxide", "place": "europe"} | figure(280.0, "USD/kg")


def both_edits(*edits: Edit) -> Edit:
    """Several edits."""

    def change(folder: Path) -> None:
        for one in edits:
            one(folder)

    return change


CONSTRAINT, FOREIGN = ("constraint-error",), ("foreign-key",)
SHARE = "share_of_demand_outside_china"

END = len(tiny_records()["licence_queue"]) + 2
"""Line of a row that is added to the queue."""

CELLS = [
    rows(
        "an element that exists",
        "stage_shares",
        put("stage_shares", 0, element="Sx"),
        "line 2, element: found 'Sx'; expected an element of elements.csv; write one of: Dy, Nd, "
        "Sm",
        seen=FOREIGN,
    ),
    rows(
        "a basis",
        "needs",
        put("needs", 0, basis="guessed"),
        "line 2, basis: found 'guessed'; expected a known basis; write one of: assumed, "
        "derived, measured, reported",
        seen=CONSTRAINT,
    ),
    rows(
        "a cell that must not be empty",
        "sectors",
        put("sectors", 0, name=""),
        "line 2, name: found nothing; expected text; fill it in",
        seen=CONSTRAINT,
    ),
    rows(
        "a figure that must not be empty",
        "needs",
        put("needs", 0, low=""),
        "line 2, low: found nothing; expected a finite number; if the figure is not known, "
        "delete the row, or state an assumed range",
        seen=CONSTRAINT,
    ),
    rows(
        "a key that must not be empty",
        "needs",
        put("needs", 0, component=""),
        "line 2, component: found nothing; expected a key of lower-case letters, digits and"
        " underscores; fill it in",
        seen=CONSTRAINT,
    ),
    rows(
        "a number",
        "needs",
        put("needs", 0, central="most"),
        "line 2, central: found 'most'; expected a finite number; correct it",
        seen=("type-error",),
    ),
    rows(
        "a finite number",
        "needs",
        put("needs", 0, high="inf"),
        "line 2, high: found 'inf'; expected a finite number; correct it",
        blind=READS_INF,
    ),
    rows(
        "a percentage in place of a fraction",
        "buyers",
        put("buyers", 0, high=100),
        "line 2, high: found 100; expected between 0 and 1; shares are fractions, write "
        "0.92 for 92 %",
        seen=CONSTRAINT,
    ),
    rows(
        "a negative figure",
        "cover",
        put("cover", 0, low=-1),
        "line 2, low: found -1; expected at least 0; correct the figure",
        seen=CONSTRAINT,
    ),
    rows(
        "an unknown unit",
        "cover",
        put("cover", 0, unit="days"),
        "line 2, unit: found 'days'; expected 'week'; convert the three values",
        seen=CONSTRAINT,
    ),
    rows(
        "the unit of another quantity",
        "sector_values",
        put("sector_values", 1, unit="unit/yr"),
        "line 3, unit: found 'unit/yr'; expected 'share'; convert the three values",
        blind=BY_QUANTITY,
    ),
    rows(
        "the range of another quantity",
        "sector_values",
        put("sector_values", 1, high=1.5),
        "line 3, high: found 1.5; expected between 0 and 1; shares are fractions, write "
        "0.92 for 92 %",
        blind=BY_QUANTITY,
    ),
    rows(
        "low, central and high in order",
        "cover",
        put("cover", 0, low=9),
        "line 2, low: found low 9, central 6, high 12; expected low <= central <= high; put"
        " the three values in order",
        blind=ACROSS_CELLS,
    ),
    rows(
        "a country code",
        "sectors",
        put("sectors", 0, destination="usa"),
        "line 2, destination: found 'usa'; expected the code of a country outside China (ISO "
        "3166-1 alpha-3), or EUU; write 'USA' (United States)",
        seen=CONSTRAINT,
    ),
    rows(
        "a key of lower-case letters",
        "components",
        put("components", 0, component="SmCo magnet"),
        "line 2, component: found 'SmCo magnet'; expected a key of lower-case letters, "
        "digits and underscores; write 'smco_magnet'",
        seen=CONSTRAINT,
    ),
    rows(
        "a word or '*'",
        "sourcing",
        put("sourcing", 0, buyer_class="all"),
        "line 2, buyer_class: found 'all'; expected a known buyer class, or '*'; write one "
        "of: *, civil, dual, military",
        seen=CONSTRAINT,
    ),
    rows(
        "a code or '*'",
        "licence_queue",
        put("licence_queue", 0, destination="any"),
        "line 2, destination: found 'any'; expected the code of a country outside China (ISO "
        "3166-1 alpha-3), or EUU, or '*'; write '*'",
        seen=CONSTRAINT,
    ),
    rows(
        "a day",
        "elements",
        put("elements", 0, controlled_from="4 April 2025"),
        "line 2, controlled_from: found '4 April 2025'; expected a day, YYYY-MM-DD; correct it",
        seen=("type-error",),
    ),
    rows(
        "a day that exists",
        "sources",
        put("sources", 0, accessed="2026-02-30"),
        "line 2, accessed: found '2026-02-30'; expected a day, YYYY-MM-DD; correct it",
        seen=("type-error",),
    ),
    rows(
        "a year",
        "stage_shares",
        put("stage_shares", 0, year="1985"),
        "line 2, year: found '1985'; expected at least 1990; correct it",
        seen=CONSTRAINT,
    ),
    rows(
        "a whole number",
        "stage_shares",
        put("stage_shares", 0, year="2024.5"),
        "line 2, year: found '2024.5'; expected a whole number; correct it",
        seen=("type-error",),
    ),
    rows(
        "a period",
        "prices",
        add("prices", PRICE | {"period": "May 2025"}),
        "line 2, period: found 'May 2025'; expected a period such as 2025, 2025-H1, "
        "2025-Q3, 2025-06 or 2025-06-11; correct it",
        seen=CONSTRAINT,
    ),
    rows(
        "a word of a closed vocabulary",
        "cover",
        put("cover", 0, quantity="stock_week"),
        "line 2, quantity: found 'stock_week'; expected a known quantity; did you mean "
        "'stock_weeks'?",
        seen=CONSTRAINT,
    ),
    rows(
        "a chemical symbol",
        "elements",
        put("elements", 0, element="samarium"),
        "line 2, element: found 'samarium'; expected a chemical symbol, such as Dy; write 'Sm'",
        seen=CONSTRAINT,
    ),
    rows(
        "a list of words spelt like keys",
        "components",
        put("components", 0, stages="mining separation Metal magnet"),
        "line 2, stages: found 'Metal'; expected a key of lower-case letters, digits and "
        "underscores; write 'metal'",
        seen=CONSTRAINT,
    ),
    rows(
        "an argument for an assumed figure",
        "needs",
        put("needs", 0, note=""),
        "line 2, note: found nothing; expected the argument for an assumed range; say why "
        "this range",
        blind=ACROSS_CELLS,
    ),
    rows(
        "the arithmetic of a derived figure",
        "needs",
        put("needs", 0, basis="derived", rests_on_assumption="no", note=""),
        "line 2, note: found nothing; expected the arithmetic of a derived figure; name "
        "what it uses",
        blind=ACROSS_CELLS,
    ),
    rows(
        "whether a derived figure rests on an assumption",
        "needs",
        put("needs", 0, basis="derived"),
        "line 2, rests_on_assumption: found nothing; expected 'yes' or 'no' for a derived figure; "
        "write 'yes' if any input of the arithmetic is assumed",
        blind=ACROSS_CELLS,
    ),
    rows(
        "a word that agrees with the basis",
        "needs",
        put("needs", 0, rests_on_assumption="no"),
        "line 2, rests_on_assumption: found 'no' in a row that is assumed; expected nothing, or a "
        "word that agrees with the basis; leave the cell empty",
        blind=ACROSS_CELLS,
    ),
    rows(
        "an order of service that exists",
        "pool_users",
        add(
            "pool_users",
            pool_user("missiles", "order_class", 7.0, sector="missiles") | {"high": 8.0},
        ),
        "line 2, high: found 8; expected between 1 and 7; correct the figure",
        blind=BY_QUANTITY,
    ),
    rows(
        "a spread of firms that is no less than nothing",
        "parameters",
        put("parameters", 0, parameter="firm_spread", unit="sigma", low=-0.1),
        "line 2, low: found -0.1; expected at least 0; correct the figure",
        seen=CONSTRAINT,
    ),
    rows(
        "a source for a reported figure",
        "needs",
        put("needs", 0, basis="reported"),
        "line 2, source_id: found nothing; expected a source for a reported figure; cite "
        "one, or set basis to assumed and argue the range in the note",
        blind=ACROSS_CELLS,
    ),
    rows(
        "a place in each source",
        "needs",
        put("needs", 0, source_id="made_up_2025;made_up_2025", locator="p. 3"),
        "line 2, locator: found 1 locator; expected one for each of 2 sources; separate "
        "them by ';', in the same order",
        blind=ACROSS_CELLS,
    ),
]
"""Rules of a single row, stated by the row models."""

FILES = [
    file(
        "a known column",
        "needs",
        edit("needs", "component", "componnent"),
        "line 1, header: found column 'componnent'; expected a known column; did you mean "
        "'component'?",
        seen=("incorrect-label",),
    ),
    file(
        "every column",
        "needs",
        edit("needs", ",note\n", "\n"),
        "line 1, header: found no column 'note'; expected all columns; add what is missing",
        seen=("extra-cell", "missing-label"),
    ),
    file(
        "no column of one's own",
        "needs",
        edit("needs", ",note\n", ",note,remark\n"),
        "line 1, header: found column 'remark'; expected a known column; delete the column",
        seen=("extra-label", "missing-cell"),
    ),
    file(
        "a column once",
        "needs",
        edit("needs", "low,central,high", "low,central,high,low"),
        "line 1, header: found column 'low' twice; expected each once; delete one",
        seen=("duplicate-label", "extra-label", "incorrect-label", "missing-cell"),
    ),
    file(
        "not too many cells",
        "needs",
        edit("needs", "made up for tests", "made up, for tests"),
        "line 2: found 13 cells; expected 12, as in the header; quote a cell that holds a comma",
        seen=("extra-cell",),
    ),
    file(
        "not too few cells",
        "needs",
        edit("needs", ",,made up for tests", ",made up for tests"),
        "line 2: found 11 cells; expected 12, as in the header; write every cell, empty ones too",
        seen=("missing-cell",),
    ),
    file(
        "UTF-8",
        "needs",
        both_edits(edit("needs", "made up", "für Tests"), recode("needs", "latin-1")),
        "line 2: found byte 0xfc, which is not UTF-8; expected a UTF-8 CSV file; save the file as"
        " UTF-8",
        seen=("encoding-error",),
    ),
    file(
        "commas between cells",
        "needs",
        semicolons("needs"),
        "line 1, header: found cells separated by ';'; expected cells separated by commas; "
        "save it as comma-separated CSV",
        seen=("constraint-error", "incorrect-label", "missing-label"),
    ),
    file(
        "closed quotes",
        "needs",
        edit("needs", "made up for tests", '"made up for tests'),
        "line 2: found a quote that is not closed, or not doubled inside its cell; expected"
        ' cells quoted as in "a ""quoted"" word"; correct the quotes from this line on',
        blind=READS_ON,
    ),
    file(
        "a header",
        "needs",
        save("needs.csv", b""),
        "found an empty file; expected a header and rows; write the header: "
        "sector,component,quantity,low,central,high,unit,basis,rests_on_assumption,source_id,"
        "locator,note",
        seen=("source-error",),
    ),
    file(
        "a table for what the model needs",
        "needs",
        lambda folder: (folder / "needs.csv").unlink(),
        "found no such file; expected the table; add the file",
        seen=("scheme-error",),
    ),
    file(
        "rows below the header",
        "needs",
        headless("needs"),
        "found no rows; expected at least one row; add the rows",
        blind=EMPTY_IS_FINE,
    ),
]
"""Rules of a file: how it is written."""


def name_twice(records: Records) -> None:
    """Give the second sector the name of the first."""
    records["sectors"][1]["name"] = records["sectors"][0]["name"]


RULES = [
    rows(
        "each key once",
        "buyers",
        add("buyers", tiny_records()["buyers"][0]),
        "line 5, key: found (missiles, military, standard) again; expected each key once; "
        "it is on line 2 too; keep one of the rows",
        seen=("primary-key",),
    ),
    rows(
        "a sector that exists",
        "cover",
        put("cover", 1, sector="misiles"),
        "line 3, sector: found 'misiles'; expected a sector of sectors.csv; did you mean "
        "'missiles'?",
        blind="the column may name a group of sectors, which is no key of a table",
    ),
    rows(
        "a buyer of a sector that exists",
        "buyers",
        add("buyers", buyer("misiles", "military", 1.0)),
        "line 5, sector: found 'misiles'; expected a sector of sectors.csv; did you mean "
        "'missiles'?",
        seen=FOREIGN,
    ),
    rows(
        "a component that exists",
        "needs",
        put("needs", 2, component="ndfeb_heavy_magnt"),
        "line 4, component: found 'ndfeb_heavy_magnt'; expected a component of "
        "components.csv; did you mean 'ndfeb_heavy_magnet'?",
        seen=("foreign-key",),
    ),
    rows(
        "a source that exists",
        "needs",
        put("needs", 0, source_id="made_up_2024", locator="p. 3"),
        "line 2, source_id: found 'made_up_2024'; expected a source of sources.csv; did you"
        " mean 'made_up_2025'?",
        blind=LIST_IN_A_CELL,
    ),
    rows(
        "an element with its control date",
        "components",
        put("components", 1, elements="Ho Nd"),
        "line 3, elements: found 'Ho'; expected an element of elements.csv; add it there, "
        "with its control date",
        blind=LIST_IN_A_CELL,
    ),
    rows(
        "an element, a group or '*' as scope",
        "parameters",
        put("parameters", 2, scope="Smm"),
        "line 4, scope: found 'Smm'; expected an element, a group of sectors, or '*'; did you "
        "mean 'Sm'?",
        blind=OPEN_TEXT,
    ),
    rows(
        "stage shares that sum to 1",
        "stage_shares",
        put("stage_shares", 1, low=0.7, central=0.7, high=0.7),
        "line 2, Sm, mining, 2024, outturn: found central shares that sum to 1.300; "
        "expected 1 ± 0.02; lower the shares that are counted twice",
        blind=ACROSS_ROWS,
    ),
    rows(
        "sourcing that sums to 1",
        "sourcing",
        without("sourcing", "metal", "ROW"),
        "line 2, USA, military, smco_magnet, metal, 2025-01-01: found central shares that "
        "sum to 0.100; expected 1 ± 0.02; add the missing countries, or one ROW (rest of "
        "the world) row",
        blind=ACROSS_ROWS,
    ),
    rows(
        "buyers that sum to 1",
        "buyers",
        add("buyers", buyer("missiles", "civil", 0.2)),
        "line 2, missiles: found central shares that sum to 1.200; expected 1 ± 0.02; lower "
        "the shares that are counted twice",
        blind=ACROSS_ROWS,
    ),
    rows(
        "industry shares of at most 1",
        "sector_values",
        both(put("sectors", 1, industry_code="CODE0"), put("sectors", 2, industry_code="CODE0")),
        "line 3, industry CODE0: found central shares of missiles, electric_vehicles, "
        "loudspeakers that sum to 1.500; expected at most 1; lower them",
        blind=ACROSS_TABLES,
    ),
    rows(
        "needs of a sector",
        "sectors",
        both(without("needs", "loudspeakers"), without("cover", "loudspeakers")),
        "line 4, loudspeakers: found no needs; expected a row in needs.csv; add its "
        "criticality_share",
        blind=ONE_WAY,
    ),
    rows(
        "buyers of a sector",
        "sectors",
        without("buyers", "loudspeakers"),
        "line 4, loudspeakers: found no buyers; expected a row in buyers.csv; add its share"
        " by buyer class",
        blind=ONE_WAY,
    ),
    rows(
        "cover of a sector",
        "sectors",
        without("cover", "loudspeakers", "lag_weeks"),
        "line 4, loudspeakers: found no lag_weeks of ndfeb_light_magnet; expected a row in "
        "cover.csv; add the row",
        blind=ONE_WAY,
    ),
    rows(
        "all quantities of a substitute",
        "substitution",
        add("substitution", substitute("missiles", "smco_magnet")),
        "line 2, missiles, smco_magnet: found no qualification_weeks, ramp_weeks; expected "
        "all quantities; add the rows",
        blind=ACROSS_ROWS,
    ),
    rows(
        "all quantities of a plant",
        "new_supply",
        both(
            add("new_supply", *plant(*TIMES)),
            add("demand", *world_use("Dy")),
            add("pool_users", pool_size()),
        ),
        "line 2, plant, Dy, separation: found no capacity_t_per_year; expected all "
        "quantities; add the rows",
        blind=ACROSS_ROWS,
    ),
    rows(
        "demand for a plant's element",
        "new_supply",
        both(
            add("new_supply", *plant("capacity_t_per_year", *TIMES)),
            add("pool_users", pool_size()),
        ),
        "line 2, element Dy: found no world_use_t_per_year of the world (WLD); expected a "
        "row in demand.csv; add the row",
        blind=ONE_WAY,
    ),
    rows(
        "the size of a plant's pool",
        "new_supply",
        both(
            add("new_supply", *plant("capacity_t_per_year", *TIMES)),
            add("demand", *world_use("Dy")),
        ),
        "line 2, element Dy: found no demand_t_per_year of all users of pool 'dy'; expected a "
        "row in pool_users.csv; add the row",
        blind=ONE_WAY,
    ),
    rows(
        "all quantities of the default queue",
        "licence_queue",
        without("licence_queue", "look_through"),
        "line 2, *: found no look_through; expected all quantities; add the rows",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a default queue",
        "licence_queue",
        every("licence_queue", destination="USA"),
        "destination: found no rows for '*'; expected the default queue; add a "
        "row for each quantity",
        blind=ACROSS_ROWS,
    ),
    rows(
        "goods with a price",
        "prices",
        add("prices", price("dy_oxid")),
        "line 2, item: found 'dy_oxid'; expected an element in small letters and its form; did "
        "you mean 'dy_oxide'?",
        blind=OPEN_TEXT,
    ),
    rows(
        "sectors that were seen",
        "disruptions",
        add("disruptions", stop("misiles")),
        "line 2, sector: found 'misiles'; expected a sector of sectors.csv; did you mean "
        "'missiles'?",
        blind="the back-test may speak of sectors that nobody ranks",
    ),
    rows(
        "stages in order",
        "components",
        put("components", 0, stages="magnet mining separation metal"),
        "line 2, stages: found magnet mining separation metal; expected each stage once, "
        "upstream first; write mining separation metal magnet",
        blind=ORDER,
    ),
    rows(
        "a share of China at every stage",
        "components",
        both(put("stage_shares", 4, kind="forecast"), put("stage_shares", 5, kind="forecast")),
        "line 2, smco_magnet: found no share of China for Sm at stage metal; expected an "
        "outturn row in stage_shares.csv; add the row, as assumed with an argued range if "
        "it is not known",
        blind=ONE_WAY,
    ),
    rows(
        "an enforcement that is the same for all buyers at all times",
        "licence_queue",
        add(
            "licence_queue",
            queue("JPN", "enforcement_weeks", 2.0)
            | {"buyer_class": "military", "from_date": "2026-01-08"},
        ),
        f"line {END}, enforcement_weeks: found buyer_class 'military', from_date '2026-01-08'; "
        "expected one figure for the office as a whole; write '*' for buyer_class and element and "
        "no from_date",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a renewal within the licence's life",
        "licence_queue",
        add("licence_queue", queue("JPN", "validity_weeks_fast_track", (6.0, 26.0, 26.0))),
        f"line {END}, JPN, validity_weeks_fast_track: found 6 weeks at the lowest; expected at "
        "least the longest renewal_lead_weeks, 9; shorten the lead or lengthen the validity",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a cap that holds the stock",
        "cover",
        add("cover", cover("cap_weeks", 8.0)),
        "line 10, low: found a cap of 8 weeks; expected at least the highest stock at the "
        "start, 12; raise the cap",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a stage that a component may go through",
        "components",
        put("components", 0, stages="mining separation metall magnet"),
        "line 2, stages: found 'metall'; expected a stage of stages.csv; did you mean 'metal'?",
        blind=LIST_IN_A_CELL,
    ),
    rows(
        "a stage that exists",
        "stage_shares",
        put("stage_shares", 0, stage="minning"),
        "line 2, stage: found 'minning'; expected a stage of stages.csv; did you mean 'mining'?",
        seen=FOREIGN,
    ),
    rows(
        "a pool of every element of a component",
        "components",
        without("component_elements", "ndfeb_heavy_magnet", "Nd"),
        "line 3, ndfeb_heavy_magnet: found no row for Nd; expected a row in "
        "component_elements.csv; add its mass fraction and its pool",
        blind=ONE_WAY,
    ),
    rows(
        "two elements that replace each other",
        "component_elements",
        put("component_elements", 1, alternative="heavy"),
        "line 3, alternative: found 'heavy' for Dy alone in ndfeb_heavy_magnet; expected at "
        "least two elements with the same word; name its replacement, or leave it out",
        blind=ACROSS_ROWS,
    ),
    rows(
        "shares of a pool of at most 1",
        "pool_users",
        add(
            "pool_users",
            pool_user("missiles", SHARE, 0.5, sector="missiles"),
            pool_user("electric_vehicles", SHARE, 0.6, sector="electric_vehicles"),
        ),
        "line 2, pool dy: found central shares that sum to 1.100; expected at most 1 + 0.02; "
        "lower the shares that are counted twice",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a user of which another is a part",
        "pool_users",
        add(
            "pool_users",
            pool_user("missiles", SHARE, 0.5, sector="missiles", part_of="misiles"),
        ),
        "line 2, part_of: found 'misiles'; expected a user of pool dy; did you mean 'missiles'?",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a user of a sector that exists",
        "pool_users",
        add("pool_users", pool_user("missiles", SHARE, 0.1, sector="misiles")),
        "line 2, sector: found 'misiles'; expected a sector of sectors.csv; did you mean "
        "'missiles'?",
        seen=FOREIGN,
    ),
    rows(
        "a sector once in a pool",
        "pool_users",
        add(
            "pool_users",
            pool_user("missiles", SHARE, 0.1, sector="missiles"),
            pool_user("interceptors", SHARE, 0.1, sector="missiles"),
        ),
        "line 3, sector: found sector 'missiles' as user 'interceptors' and as user 'missiles'; "
        "expected one user of pool dy; join them",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a user of whom it is known what it buys",
        "pool_users",
        add("pool_users", pool_user("toys", SHARE, 0.1, component="smco_magnet")),
        "line 2, component: found 'smco_magnet'; expected a component that draws on pool 'dy'; "
        "name one, or name the sector",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a user of one size",
        "pool_users",
        add("pool_users", pool_user("missiles", "order_class", 1.0, sector="missiles")),
        "line 2, dy, missiles: found no size; expected share_of_demand_outside_china or "
        "demand_t_per_year; add the row",
        blind=ACROSS_ROWS,
    ),
    rows(
        "a user described in one way",
        "pool_users",
        add(
            "pool_users",
            pool_user("missiles", SHARE, 0.1, sector="missiles"),
            pool_user("missiles", "order_class", 1.0, sector="missiles", name="Missiles"),
        ),
        "line 3, name: found 'Missiles' for missiles of pool dy; expected '', as on line 2; "
        "describe the user once",
        blind=ACROSS_ROWS,
    ),
    rows(
        "an order of service in whole classes",
        "pool_users",
        add(
            "pool_users",
            pool_user("missiles", SHARE, 0.1, sector="missiles"),
            pool_user("missiles", "order_class", (1.0, 2.5, 3.0), sector="missiles"),
        ),
        "line 3, order_class: found 1, 2.5, 3; expected three whole numbers; round them",
        blind=BY_QUANTITY,
    ),
    rows(
        "a stock of a sector or an element",
        "observed_stocks",
        add("observed_stocks", stock("misiles", "2025-11-15")),
        "line 2, subject: found 'misiles'; expected a sector or an element; did you mean "
        "'missiles'?",
        blind="a reference is to one table, and this column refers to two",
    ),
    rows(
        "a stock that was seen under control",
        "observed_stocks",
        add("observed_stocks", stock("missiles", "2025-03-31")),
        "line 2, date: found '2025-03-31'; expected a day from 2025-04-04 on, when control began; "
        "state it in cover.csv, which holds the stocks of that day",
        blind=ACROSS_TABLES,
    ),
    rows(
        "a name of its own for every sector",
        "sectors",
        name_twice,
        "line 3, name: found 'Missiles', the name of missiles too; expected a unique name; "
        "state in the name how the sector differs",
        blind=ACROSS_ROWS,
    ),
    rows(
        "one value added of an industry",
        "sector_values",
        both(
            put("sectors", 1, industry_code="CODE0"),
            put("sector_values", 0, low=900.0, central=1000.0, high=1100.0),
        ),
        "line 2, value added of industry CODE0 (USA): found 900, 1000, 1100 (missiles) against "
        "1000 (electric_vehicles); expected one figure, since it is that of the whole industry; "
        "state the same low, central and high for each of its sectors",
        blind=ACROSS_TABLES,
    ),
    rows(
        "every constant of the model",
        "parameters",
        without("parameters", "restock_ratio"),
        "restock_ratio: found no row for scope '*'; expected one; add the row",
        blind=ACROSS_ROWS,
    ),
]
"""Rules across rows and tables."""

CATALOGUE = [*CELLS, *FILES, *RULES]
