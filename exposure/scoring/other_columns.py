"""Columns of results about licences, evidence and tables; part of `exposure.scoring.columns`."""

from collections.abc import Mapping, Sequence

from exposure.scoring.column import DESTINATION, NAME, SCENARIO, SECTOR, Column, Form


def _with_interval(name: str, meaning: str, *, unit: str) -> tuple[Column, ...]:
    """A mean over draws, with its 5th and 95th percentile."""
    return (
        Column(name, f"{meaning} Mean over draws.", unit=unit, form=Form.NUMBER),
        Column(f"{name}_p05", f"5th percentile of {name} over draws.", unit, Form.NUMBER),
        Column(f"{name}_p95", f"95th percentile of {name} over draws.", unit, Form.NUMBER),
    )


RELATIONSHIPS = "share of the destination's pairs of buyer and goods"

FLOW = (
    SCENARIO,
    DESTINATION,
    Column("licence_class", "Buyers and goods that have the same licences in all weeks."),
    Column("week", "Week counted from the scenario's start, which is 0.", "week", Form.WHOLE),
    Column("date", "First day of the week.", form=Form.DAY),
    Column("state", "Licence state in that week."),
    Column("size", "Size of the class, mean over draws.", RELATIONSHIPS, Form.NUMBER),
    *_with_interval("applications", "New applications in the week.", unit=RELATIONSHIPS),
    *_with_interval("decided", "Applications decided in the week.", unit=RELATIONSHIPS),
    *_with_interval("backlog", "Applications that wait for a decision.", unit=RELATIONSHIPS),
    *_with_interval(
        "live_licences", "Share of the class that holds a valid licence.", unit="share of the class"
    ),
    *_with_interval(
        "flow",
        "Goods that cross the border, 1 being the usual flow; above 1 while unfilled orders are "
        "made up.",
        unit="share of the usual flow",
    ),
)

_HIT = "first hit: first day of the first week in which more is lost than the threshold"

IMPACT_DATES = (
    SECTOR,
    NAME,
    Column(
        "hit_share",
        "Probability, over draws, that a week within the horizon loses more than the threshold of "
        "the settings.",
        unit="probability",
        form=Form.WHOLE_PERCENT,
        heading="Hit at\u00a0all,\u00a0%",
    ),
    Column(
        "first_hit_date_p05",
        f"5th percentile of the {_HIT}; empty where fewer draws are ever hit.",
        form=Form.DAY,
        nullable=True,
        heading="Early (5\u00a0%)",
    ),
    Column(
        "first_hit_date_p50",
        f"Median of the {_HIT}; empty where half or more of the draws never are.",
        form=Form.DAY,
        nullable=True,
        heading="Median",
    ),
    Column(
        "first_hit_date_p95",
        f"95th percentile of the {_HIT}; empty where more than 5 % of the draws never are.",
        form=Form.DAY,
        nullable=True,
        heading="Late (95\u00a0%)",
    ),
)
"""One row per sector."""

FORECAST = Column("forecast", "Forecast: the licence model, or one of the naive forecasts.")
SCHEME = Column(
    "scheme",
    "Months that are known: `fixed`, those up to August 2025; `rolling`, all before the month.",
)
RATIO = "ratio to the same month a year before"
CRPS = Column(
    "crps",
    "Continuous ranked probability score of the whole forecast, 0 for a perfect one; a mean where "
    "there are several months.",
    RATIO,
    Form.NUMBER,
)

BACKTEST_MONTHS = (
    DESTINATION,
    SCHEME,
    FORECAST,
    Column("month", "Month that is forecast, YYYY-MM."),
    Column("known_until", "Last month that the forecast knows, YYYY-MM."),
    Column("observed", "Exports counted by customs.", RATIO, Form.NUMBER),
    Column("predicted", "Exports forecast.", RATIO, Form.NUMBER),
    Column("low", "Lower end of the 90 % interval of the forecast.", RATIO, Form.NUMBER),
    Column("high", "Upper end of the 90 % interval of the forecast.", RATIO, Form.NUMBER),
    Column("error", "Forecast less observed.", RATIO, Form.NUMBER),
    Column("covered", "Whether the interval contains the observed value.", form=Form.YES_NO),
    CRPS,
    Column("observed_t", "Exports counted by customs.", "t", Form.NUMBER),
    Column("base_t", "Exports of the same month a year before.", "t", Form.NUMBER),
    Column(
        "base_known",
        "Basis of that value: `month`, `joint` (part of a longer period) or `mean`.",
    ),
)

BACKTEST_ERRORS = (
    DESTINATION,
    SCHEME,
    Column("span", "Months over which the errors are taken."),
    FORECAST,
    Column("months", "Number of months.", "month", Form.WHOLE),
    Column("rmse", "Root of the mean squared error.", RATIO, Form.NUMBER),
    Column("bias", "Mean error; positive where the forecast is too high.", RATIO, Form.NUMBER),
    Column("covered", "Months inside the 90 % interval.", "month", Form.WHOLE),
    Column("coverage", "Share of months inside the 90 % interval.", "share", Form.NUMBER),
    Column("width", "Mean width of the interval.", RATIO, Form.NUMBER),
    CRPS,
)

STOPPAGES = (
    SECTOR,
    Column("reported", "`stopped`, or `at work`."),
    Column("week", "Week of the report, counted from 4 April 2025.", "week", Form.WEEKS),
    Column(
        "first_firms_week",
        "Week in which the first firms stop, median over draws; empty where most draws have none.",
        "week",
        Form.WEEKS,
        nullable=True,
    ),
    Column(
        "probability",
        "Share of draws in which some firm stops by the week of the report; for a sector at work, "
        "in which more is lost than the record allows.",
        "probability",
        Form.PROBABILITY,
    ),
    Column("verdict", "Whether the model agrees with the report."),
)

_INDUSTRY = (
    DESTINATION,
    Column("industry_code", "Industry in the classification that was asked for."),
    Column("sectors", "Sectors that it holds, joined by blanks."),
)


def _value(name: str, meaning: str, unit: str) -> Column:
    return Column(name, meaning, unit, Form.NUMBER, nullable=True)


def _lost(name: str, meaning: str) -> Column:
    return Column(name, meaning, "share", Form.PERCENT, nullable=True)


INDUSTRY_LOSSES = (
    SCENARIO,
    *_INDUSTRY,
    Column("week", "Week counted from the first scored week, which is 0.", "week", Form.WHOLE),
    Column("date", "First day of the week.", form=Form.DAY),
    _lost(
        "lost_share",
        "Share of the industry's output lost in the week, its sectors weighted with their shares "
        "of it; mean over draws.",
    ),
    _value(
        "lost_value_usd",
        "Value added lost in the week, gross, constant 2023 USD; mean over draws.",
        "USD",
    ),
)

INDUSTRY_TOTALS = (
    *_INDUSTRY,
    _lost("lost_share", "Share of the industry's output lost over the horizon; mean over draws."),
    _lost("lost_share_p05", "5th percentile of lost_share over draws."),
    _lost("lost_share_p95", "95th percentile of lost_share over draws."),
    _value(
        "lost_value_usd_per_year",
        "Value added lost, gross, constant 2023 USD; mean over draws of lost share times value.",
        "USD/yr",
    ),
    _value("lost_value_p05", "5th percentile of lost_value_usd_per_year over draws.", "USD/yr"),
    _value("lost_value_p95", "95th percentile of lost_value_usd_per_year over draws.", "USD/yr"),
    _value(
        "value_added_usd_per_year",
        "Value added of the stated industries that make up the code, constant 2023 USD; mean over "
        "draws.",
        "USD/yr",
    ),
    _lost("sectors_share", "Share of that value added which the sectors make; mean over draws."),
)

RANK_CHANGES = (
    SECTOR,
    NAME,
    Column("rank_was", "Rank on the old tables.", "", Form.WHOLE, nullable=True),
    Column("rank_now", "Rank on the new tables.", "", Form.WHOLE, nullable=True),
    Column("rank_moved", "Places gained; positive is worse.", "", Form.PLACES, nullable=True),
    Column("score_was", "Score on the old tables.", "points", Form.POINTS, nullable=True),
    Column("score_now", "Score on the new tables.", "points", Form.POINTS, nullable=True),
    Column("score_moved", "New score less old score.", "points", Form.SIGNED_POINTS, nullable=True),
    Column("main_driver_was", "Main driver on the old tables.", nullable=True),
    Column("main_driver_now", "Main driver on the new tables.", nullable=True),
)

DIFFERENCES = (
    Column("change", "Change of the row: added, removed or changed."),
    Column("table", "Table that holds the row."),
    Column("key", "Key of the row, its columns joined by commas."),
    Column("column", "Column that differs; empty where the whole row was added or removed."),
    Column("was", "Cell before, as text; for a row that was removed, the row in short."),
    Column("now", "Cell after, as text; for a row that was added, the row in short."),
)

PROVENANCE = (
    Column("table", "Table that holds the row."),
    Column("key", "Key of the row, its columns joined by commas."),
    Column(
        "value",
        "Central figure; empty for a row that only describes.",
        "unit of the row",
        Form.NUMBER,
        nullable=True,
    ),
    Column("low", "Low figure.", "unit of the row", Form.NUMBER, nullable=True),
    Column("high", "High figure.", "unit of the row", Form.NUMBER, nullable=True),
    Column("unit", "Unit of the figures."),
    Column("basis", "Basis of the figure."),
    Column("source_id", "Keys of the sources, joined by semicolons."),
    Column("locator", "Place in each source, joined by semicolons."),
    Column("grade", "Grade of the weakest source."),
    Column("publisher", "Publishers of the sources."),
    Column("address", "Addresses of the sources."),
    Column("note", "Evidence for the row, in words."),
)

EXPLANATION = (
    SCENARIO,
    SECTOR,
    Column("cause", "Dimension of the split: element, component, stage or licence_class."),
    Column("part", "One of them, such as Dy, a component, metal or withheld."),
    Column(
        "points",
        "Points of the score that are due to the part; over the parts of a cause they sum to the "
        "score.",
        "points",
        Form.POINTS,
    ),
)
"""One row per scenario, cause and part, for one sector."""

SCENARIO_LIST = (
    Column("scenario", "Stable key of the scenario."),
    Column("name", "Name of the scenario."),
    Column("start", "First day; week 0.", form=Form.DAY),
    Column("horizon_weeks", "Weeks that it is written for.", "week", Form.WHOLE),
    Column("scored_from", "First day scored.", form=Form.DAY),
    Column("rules", "Number of its rules; 0 for a mixture.", "", Form.WHOLE),
    Column("members", "Number of its members; 0 for a single course.", "", Form.WHOLE),
    Column("text", "Assumptions, in plain words."),
    Column("sources", "Keys of its sources, joined by semicolons."),
)
"""One row per scenario."""

RULES = (
    SCENARIO,
    Column("probability", "Of the member in its mixture; 1 alone.", "probability", Form.NUMBER),
    Column("element", "Element selected, `*` for all."),
    Column("component", "Component selected, `*` for all."),
    Column("stage", "Exit stage selected, `*` for all."),
    Column("buyer_class", "Buyer class selected, `*` for all."),
    Column("destination", "Destination selected, `*` for all."),
    Column("tier", "Tier selected, `*` for all."),
    Column("starts", "First day in force.", form=Form.DAY),
    Column("ends", "First day no longer in force.", form=Form.DAY, nullable=True),
    Column("state", "Licence state set by the rule."),
    Column("overrides", "Terms that differ from the table, each KEY=VALUE, joined by semicolons."),
    Column("event", "Event of the table policy_events that it writes down."),
    Column("note", "Act, announcement or reason behind it."),
)
"""One row per rule of a scenario, or of a member of a mixture."""

FINDINGS = (
    Column(
        "kind",
        "`stale` descriptor, `kept for the record`, `doubtful` figure, or `without effect`.",
    ),
    Column("level", "`note` or `warning`."),
    Column("file", "File that it is about."),
    Column("line", "Line of the file, the header being line 1.", "", Form.WHOLE, nullable=True),
    Column("key", "Column, key or rule; empty for the whole line or file."),
    Column("text", "What was found, what was expected, and what to do."),
)
"""One row per finding of `exposure check`."""

OTHER_RESULTS: Mapping[str, Sequence[Column]] = {
    "flow": FLOW,
    "impact_dates": IMPACT_DATES,
    "backtest_months": BACKTEST_MONTHS,
    "backtest_errors": BACKTEST_ERRORS,
    "stoppages": STOPPAGES,
    "industry_losses": INDUSTRY_LOSSES,
    "industry_totals": INDUSTRY_TOTALS,
    "rank_changes": RANK_CHANGES,
    "differences": DIFFERENCES,
    "provenance": PROVENANCE,
    "explanation": EXPLANATION,
    "scenario_list": SCENARIO_LIST,
    "rules": RULES,
    "findings": FINDINGS,
}
"""Columns of each result, in the order of its frames and files."""
