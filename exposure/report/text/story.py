"""A score in ten lines: causes, stages, buyers, dates, the rows behind it, and levers.

Every line is worked out from the result and its tables; nothing is said that they do not hold.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from exposure.inputs.groups import NEW_SUPPLY, SOURCING, STOCK, SUBSTITUTION
from exposure.measures.helping import FEW
from exposure.measures.service import Service, service_of
from exposure.measures.tornado import tornado
from exposure.report.text import formats
from exposure.report.text.drivers import joined
from exposure.report.text.layout import WIDTH, wrapped
from exposure.report.text.levers import lever_words

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment, Cause

LABEL_WIDTH = 15
"""Columns for what a line is about."""

MAIN = 0.1
"""Share of a score from which a cause is named."""

NAMED = 3
"""Causes, users or inputs named in a line at most."""

IN_REACH = (STOCK, SUBSTITUTION, SOURCING, NEW_SUPPLY)
"""Groups of inputs that buyers and their governments can change."""

LIKELY = 0.5
"""Share of draws from which a day is named."""


def story(assessment: "Assessment", sector: str, helping: "pd.DataFrame | None" = None) -> str:
    """A score in ten lines.

    Parameters
    ----------
    assessment
        A finished run.
    sector
        Id of a sector that it ranks.
    helping
        Levers that help it, as `exposure.measures.helping.helping_levers` gives them; None where
        none was run.
    """
    inputs = tornado(assessment, sector, inputs=1000)
    lines = {
        "How bad": _how_bad(assessment, sector),
        "How sure": _how_sure(assessment, sector),
        "What stops": _causes(assessment, sector, "component"),
        "Where": _where(assessment, sector),
        "For whom": _for_whom(assessment, sector),
        "From when": _from_when(assessment, sector),
        "Served before": _served_before(assessment, sector),
        "So far": _so_far(assessment, sector),
        "Rests on": _rests_on(assessment, sector, inputs),
        "Would help": _in_reach(inputs) if helping is None else _would_help(helping),
    }
    return "\n".join(_line(label, words) for label, words in lines.items())


def _line(label: str, words: str) -> str:
    """A line, wrapped behind its label."""
    text = wrapped(words, width=WIDTH - LABEL_WIDTH)
    return label.ljust(LABEL_WIDTH) + text.replace("\n", "\n" + " " * LABEL_WIDTH)


def _how_bad(assessment: "Assessment", sector: str) -> str:
    ranking = assessment.ranking.set_index("sector")
    score, low, high, lost = (
        float(ranking[column][sector])
        for column in ("score", "score_p05", "score_p95", "expected_loss_share")
    )
    return (
        f"score {formats.points(score)} of 100 (5–95 %: {formats.points(low)}–"
        f"{formats.points(high)}); {formats.percent(lost, 1)} % of the output of "
        f"{formats.counted(assessment.settings.horizon_weeks, 'week')} from "
        f"{assessment.first_day}, early weeks counting more"
    )


def _how_sure(assessment: "Assessment", sector: str) -> str:
    ranking = assessment.ranking.set_index("sector")
    row, pairs = ranking.loc[sector], assessment.pairs
    rank = f"rank {row['rank']} of {len(ranking)} (5–95 %: {row['rank_p05']}–{row['rank_p95']})"
    below = pairs[pairs["sector"] == sector].head(1)
    if below.empty:
        return rank
    other = below.iloc[0]
    name = ranking.loc[other["other"], "name"]
    return (
        f"{rank}; above the next, {name}, in {formats.percent(other['probability_above'])} % of "
        f"draws and equal in {formats.percent(other['probability_equal'])} %"
    )


def _causes(assessment: "Assessment", sector: str, by: str) -> str:
    """Largest causes of a score, with their shares."""
    cause: Cause = "component" if by == "component" else "licence_class"
    split = assessment.attribution(by=cause, sector=sector)
    return _shares_of(_points(split, sector))


def _points(split: "pd.DataFrame", sector: str) -> dict[str, float]:
    return {str(cause): float(split[cause][sector]) for cause in split.columns}


def _shares_of(points: Mapping[str, float]) -> str:
    total = sum(points.values())
    if total <= 0.0:
        return "nothing"
    order = sorted(points, key=lambda cause: (-points[cause], cause))
    named = [cause for cause in order[:NAMED] if points[cause] >= MAIN * total] or order[:1]
    parts = tuple(
        f"{cause.replace('_', ' ')} ({formats.percent(points[cause] / total)} %)" for cause in named
    )
    return joined(parts)


def _where(assessment: "Assessment", sector: str) -> str:
    risk = assessment.sectors[sector].risk
    stages = _points(assessment.attribution(by="stage", sector=sector), sector)
    if sum(stages.values()) <= 0.0:
        return "nothing is stopped"
    return f"{_shares_of(risk.causes)}; last leaves China at {_shares_of(stages)}"


def _for_whom(assessment: "Assessment", sector: str) -> str:
    shares = assessment.run.inputs.buyers(sector)
    parts = sorted(
        ((float(np.mean(share)), kind, tier) for (kind, tier), share in shares.items()),
        reverse=True,
    )
    buyers = tuple(
        f"{kind} buyers, {tier} ({formats.percent(share)} %)" for share, kind, tier in parts[:NAMED]
    )
    states = _causes(assessment, sector, "licence_class")
    return f"{joined(buyers)} of the output; licences: {states}"


def _from_when(assessment: "Assessment", sector: str) -> str:
    scored = assessment.sectors[sector]
    hit = ~np.isnan(scored.risk.hit_week)
    chance = float((scored.probabilities[:, np.newaxis] * hit).sum(axis=0).mean())
    threshold = f"more than {formats.percent(assessment.settings.impact_threshold)} % of a week's"
    if chance == 0.0:
        return f"no draw ever loses {threshold} output"
    weeks = np.sort(scored.risk.hit_week[hit])
    early, middle = (weeks[int(level * (len(weeks) - 1))] for level in (0.05, 0.5))
    days = [assessment.first_day + timedelta(weeks=int(week)) for week in (early, middle)]
    often = "" if chance >= LIKELY else "only "
    return (
        f"{often}{formats.percent(chance)} % of draws lose {threshold} output; of those, half by "
        f"{days[1]}, the first twentieth by {days[0]}"
    )


def _served_before(assessment: "Assessment", sector: str) -> str:
    found = service_of(assessment.run, sector)
    elements = assessment.sectors[sector].risk.points
    wanted = max(sorted(elements), key=lambda element: elements[element], default="").lower()
    chosen = next((service for service in found if service.pool.split("_")[0] == wanted), None)
    chosen = chosen or next(iter(found), None)
    if chosen is None:
        return "no pool lists it as a user, so it gets the average share of its need"
    return _service_words(chosen)


def _service_words(service: Service) -> str:
    class_words = (
        f"it is in order class {service.order_class} of the pool '{service.pool}' outside China, "
        f"with {formats.percent(service.own_share, 1)} % of the demand"
    )
    if not service.before:
        return f"nobody; {class_words}; the whole class has {_share(service.share_with)}"
    names = ", ".join(service.before[:NAMED])
    more = len(service.before) - NAMED
    others = f" and {more} more" if more > 0 else ""
    return f"{names}{others}, together {_share(service.share_before)} of the demand; {class_words}"


def _share(share: float) -> str:
    return f"{formats.percent(share)} %"


def _so_far(assessment: "Assessment", sector: str) -> str:
    record = assessment.sectors[sector].record
    if record.refuted is None:
        return "not compared with what was seen"
    refuted = "; the record refutes the model here" if record.refuted else ""
    return (
        f"the draws imply that {formats.percent(record.implied_so_far, 1)} % of output was lost "
        f"since April 2025; seen were {formats.percent(record.seen_so_far, 1)} %{refuted}"
    )


def _rests_on(assessment: "Assessment", sector: str, inputs: "pd.DataFrame") -> str:
    scored = assessment.sectors[sector]
    rows = f"{scored.assumed_rows} of its {scored.rows} figures are judgement"
    if inputs.empty:
        return f"{rows}; no single input moves it"
    named = tuple(
        f"{row['input']} ({formats.percent(row['first_order'])} %)"
        for _, row in inputs.head(NAMED).iterrows()
    )
    return f"{rows}; the variance of the score is explained most by {joined(named)}"


def _would_help(helping: "pd.DataFrame") -> str:
    """The best levers, on how many draws."""
    if helping.empty:
        return "no lever that is meant for it; all levers: 'exposure levers'"
    named = helping.head(NAMED)
    error = float(named["points_se"].max())
    return (
        f"{lever_words(named)}. On {FEW} draws at most, standard error up to {error:.1g} points; "
        "all levers: 'exposure levers'"
    )


def _in_reach(inputs: "pd.DataFrame") -> str:
    within = inputs[inputs["group"].isin(IN_REACH)].head(NAMED - 1)
    if within.empty:
        return "no single input within the buyers' reach moves it; see 'exposure levers'"
    parts = tuple(_better_end(dict(row)) for _, row in within.iterrows())
    return f"{joined(parts)}; measures with their cost: 'exposure levers'"


def _better_end(row: Mapping[str, object]) -> str:
    at_low, at_high = float(str(row["score_at_low"])), float(str(row["score_at_high"]))
    low, high = float(str(row["low"])), float(str(row["high"]))
    better, worse = (high, low) if at_high < at_low else (low, high)
    least, most = sorted((at_low, at_high))
    unit = f" {row['unit']}" if row["unit"] in ("week", "t/yr") else ""
    return (
        f"{row['input']} at {formats.plain(better)} rather than {formats.plain(worse)}{unit} "
        f"(score {formats.points(least)}, not {formats.points(most)})"
    )
