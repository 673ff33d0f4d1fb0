"""Lost output by industry, for models of industries.

An industry loses what its sectors lose, each weighted with its share of the industry; the rest of
the industry loses nothing by itself. So sectors that share a code are never averaged as if they
were the industry. Losses are gross, at the line, and means over draws, which add up.

Shares and value added are drawn like any other figure. A total is the mean over draws of the
product of loss, share and value. Of the losses of single weeks only means over draws are kept. Each
is multiplied by one share and one value for all weeks: means over draws, in which a draw has the
weight of its loss over the horizon. So the weeks add up to the total. Share and value do not depend
on the loss, so that these means differ from plain ones by chance alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import FRAME, check_arguments, instance_of, one_of
from exposure.arrays import FloatArray
from exposure.errors import ArgumentError
from exposure.faults import Fault
from exposure.measures.concordance import SYSTEMS, System, industries
from exposure.result import ASSESSMENT, Assessment
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.money import industry_share, industry_value
from exposure.scoring.ranking import HIGH, LOW
from exposure.supply.additions import WEEKS_A_YEAR

if TYPE_CHECKING:
    import pandas as pd

SYSTEM = one_of(SYSTEMS, "a classification of industries")

MAPPING = instance_of(dict, "a dict", 'write {"C29": "manufactoring"}')


@dataclass(frozen=True)
class Part:
    """A sector as a part of an industry of a classification."""

    sector: str
    industry: tuple[str, str]
    """Destination, and code in the classification."""
    weight: FloatArray
    """Value added of the sector over that of the industry, shape (D,)."""
    value_added: FloatArray
    """Value added of the industry, USD a year, shape (D,); NaN where it is not known."""


def industry_losses(assessment: Assessment, system: System = "isic") -> "pd.DataFrame":
    """Lost output of each industry, week by week.

    Parameters
    ----------
    assessment
        A finished run.
    system
        Classification: ``stated`` (the codes of the table of sectors), ``isic``, ``nace``,
        ``naics`` or ``bea``.

    Returns
    -------
    pandas.DataFrame
        One row per scenario, industry and week. Columns are those of ``industry_losses`` in
        `exposure.scoring.columns`. ``lost_share`` is of the value added of the stated industries
        that make up the code, not of the whole division.

    Raises
    ------
    ArgumentError
        If an industry has no code in the classification.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "full_withhold", ex.Settings(draws=16))
    >>> sorted(set(ex.industry_losses(result)["industry_code"]))
    ['C25', 'C26', 'C28', 'C29', 'C30']
    """
    check_arguments("industry_losses", assessment=(assessment, ASSESSMENT), system=(system, SYSTEM))
    parts = industry_parts(assessment, system)
    first_day, members = assessment.first_day, assessment.scenario.members
    records: list[dict[str, Cell]] = []
    for s, (member, _) in enumerate(members):
        for industry, in_industry in _by_industry(parts).items():
            shares, values = _weekly(assessment, in_industry, s)
            named = {**_named(industry, in_industry), "scenario": member.scenario}
            records += [
                {
                    **named,
                    "week": week,
                    "date": first_day + timedelta(weeks=week),
                    "lost_share": float(share),
                    "lost_value_usd": float(value),
                }
                for week, (share, value) in enumerate(zip(shares, values, strict=True))
            ]
    return result_frame("industry_losses", records)


def industry_totals(assessment: Assessment, system: System = "isic") -> "pd.DataFrame":
    """Lost output of each industry over the horizon, with its interval from joint draws.

    Parameters
    ----------
    assessment, system
        Those of `industry_losses`.

    Returns
    -------
    pandas.DataFrame
        One row per industry; of a mixture, the mean over its scenarios.

    Raises
    ------
    ArgumentError
        If an industry has no code in the classification.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "free_flow", ex.Settings(draws=16))
    >>> float(ex.industry_totals(result, "bea")["lost_share"].max())
    0.0
    """
    check_arguments("industry_totals", assessment=(assessment, ASSESSMENT), system=(system, SYSTEM))
    parts = industry_parts(assessment, system)
    records: list[dict[str, Cell]] = []
    for industry, in_industry in _by_industry(parts).items():
        lost = _added_up(p.weight * _undiscounted(assessment, p.sector) for p in in_industry)
        value = in_industry[0].value_added
        records.append(
            {
                **_named(industry, in_industry),
                **_statistics("lost_share", lost),
                **_statistics("lost_value_usd_per_year", lost * value, short="lost_value"),
                "value_added_usd_per_year": float(value.mean()),
                "sectors_share": float(_added_up(part.weight for part in in_industry).mean()),
            }
        )
    return result_frame("industry_totals", records)


def industry_shock(totals: "pd.DataFrame", industries: Mapping[str, str]) -> "pd.Series[float]":
    """Lost share of the industries of another model, which join several of ours.

    Parameters
    ----------
    totals
        As `industry_totals` gives them.
    industries
        Code of ours to name of theirs; codes that are left out enter nothing.

    Returns
    -------
    pandas.Series
        Lost share by their name: the mean over our industries, weighted with value added.

    Raises
    ------
    ArgumentError
        If a code is not among the totals, one that is joined has no known value added, or all
        that are joined have a value added of 0.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "free_flow", ex.Settings(draws=16))
    >>> ex.industry_shock(ex.industry_totals(result), {"C29": "cars", "C30": "other"}).to_dict()
    {'cars': 0.0, 'other': 0.0}
    """
    check_arguments("industry_shock", totals=(totals, FRAME), industries=(industries, MAPPING))
    known = set(totals["industry_code"])
    unknown = sorted(set(industries) - known)
    chosen = totals[totals["industry_code"].isin(list(industries))]
    valued = chosen["value_added_usd_per_year"]
    faults = [
        Fault(f"industries['{code}']", "no such industry in the totals", "one of "
              + ", ".join(sorted(known)), "correct the code", file="ex.industry_shock")
        for code in unknown
    ]  # fmt: skip
    faults += [
        Fault(f"industries['{code}']", "an industry whose value added is not known",
              "one that can be weighed", "leave it out", file="ex.industry_shock")
        for code in chosen["industry_code"][valued.isna()]
    ]  # fmt: skip
    name = chosen["industry_code"].map(dict(industries)).rename("industry")
    whole = valued.groupby(name).sum(min_count=1)
    faults += [
        Fault(f"industries that give '{theirs}'", "value added of 0 in all of them",
              "one above 0, since they are weighed with it", "leave them out",
              file="ex.industry_shock")
        for theirs in whole.index[whole == 0.0]
    ]  # fmt: skip
    if faults:
        raise ArgumentError(faults)
    lost = (chosen["lost_share"] * valued).groupby(name).sum()
    return (lost / whole).rename("lost_share")


def industry_parts(assessment: Assessment, system: System) -> list[Part]:
    """Sectors as parts of the industries of a classification.

    Parameters
    ----------
    assessment
        A finished run.
    system
        Classification.

    Raises
    ------
    ArgumentError
        If an industry has no code in the classification.
    """
    inputs = assessment.run.inputs
    rows = inputs.index.sectors
    stated = {sector: rows[sector].industry_code for sector in assessment.sectors}
    codes = _codes(set(stated.values()), system)
    places = {sector: (rows[sector].destination, stated[sector]) for sector in stated}
    value: dict[tuple[str, str], FloatArray] = {}
    for sector, place in sorted(places.items()):
        # The figure is that of the industry: one sector that states it is enough.
        if place not in value or np.isnan(value[place]).any():
            value[place] = industry_value(inputs, sector)
    parts = []
    for sector, (home, code) in places.items():
        target = home, codes[code]
        inside = {pair for pair in value if (pair[0], codes[pair[1]]) == target}
        # A code that lies within another is counted there already.
        counted = {pair for pair in inside if (home, _within(pair[1])) not in inside}
        whole = _added_up(value[pair] for pair in sorted(counted))
        share = industry_share(inputs, sector)
        alone = len(inside) == 1
        weight = share if alone else _ratio(share * value[home, code], whole)
        parts.append(Part(sector, target, weight, whole))
    return parts


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Part of a whole in each draw; NaN where the whole is zero or not known."""
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0.0)


def _codes(stated: set[str], system: System) -> dict[str, str]:
    known = industries()
    codes = {
        code: code if system == "stated" else known[code].in_system(system) if code in known else ""
        for code in stated
    }
    faults = [
        Fault(f"industry {code}", f"no code of it in {system}", "a counterpart of every industry",
              "take system='stated' or 'isic', or rank sectors of one destination",
              file="ex.industry_losses")
        for code in sorted(codes)
        if not codes[code]
    ]  # fmt: skip
    if faults:
        raise ArgumentError(faults)
    return codes


def _within(code: str) -> str:
    known = industries().get(code)
    return known.within if known is not None else ""


def _by_industry(parts: list[Part]) -> dict[tuple[str, str], list[Part]]:
    found: dict[tuple[str, str], list[Part]] = {}
    for part in sorted(parts, key=lambda entry: (entry.industry, entry.sector)):
        found.setdefault(part.industry, []).append(part)
    return found


def _added_up(values: Iterable[FloatArray]) -> FloatArray:
    return np.asarray(np.sum(list(values), axis=0))


def _undiscounted(assessment: Assessment, sector: str) -> FloatArray:
    """Lost share of a sector's output over the horizon, shape (D,)."""
    return assessment.sectors[sector].risk.undiscounted


def _weekly(
    assessment: Assessment, parts: list[Part], scenario: int
) -> tuple[FloatArray, FloatArray]:
    """Lost share of an industry's output, and lost USD, in each week of a scenario."""
    shares, values = [], []
    for part in parts:
        lost = _undiscounted(assessment, part.sector)
        course = assessment.sectors[part.sector].risk.weekly[scenario, 0]
        shares.append(_mean_weighted(part.weight, lost) * course)
        worth = _mean_weighted(part.weight * part.value_added, lost)
        values.append(worth * course / WEEKS_A_YEAR)
    return _added_up(shares), _added_up(values)


def _mean_weighted(values: FloatArray, weights: FloatArray) -> float:
    """Mean over draws; the plain mean where no draw has a weight."""
    total = float(weights.sum())
    return float((values * weights).sum()) / total if total > 0.0 else float(values.mean())


def _statistics(name: str, draws: FloatArray, *, short: str | None = None) -> dict[str, Cell]:
    """Mean of draws, and their 5th and 95th percentile."""
    low, high = np.quantile(draws, (LOW, HIGH))
    return {
        name: float(draws.mean()),
        f"{short or name}_p05": float(low),
        f"{short or name}_p95": float(high),
    }


def _named(industry: tuple[str, str], parts: list[Part]) -> dict[str, Cell]:
    home, code = industry
    sectors = " ".join(part.sector for part in parts)
    return {"destination": home, "industry_code": code, "sectors": sectors}
