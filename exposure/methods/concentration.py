"""Published measures of concentration and import reliance.

Every function here is pure: labelled pandas objects in, labelled pandas objects out. Shares are
fractions in [0, 1] and are not rescaled or filled in. Concentration measures how few suppliers
there are, not what happens if they stop, which is the task of the model.
"""

from typing import TYPE_CHECKING

import pandas as pd

from exposure.terms import ShareKind

if TYPE_CHECKING:
    FloatSeries = pd.Series[float]

REST = "ROW"
"""Code of the rest of the world: a sum of countries, not a country."""

STAGE_KEY = ["element", "stage"]


def herfindahl_hirschman(shares: "FloatSeries", *, over: str = "country") -> "FloatSeries":
    """Herfindahl-Hirschman index (HHI): the sum of squared shares.

    Parameters
    ----------
    shares
        Fractions in [0, 1], indexed by `over` and at least one other level.
    over
        Index level to sum away.

    Returns
    -------
    pandas.Series
        HHI on the 0 to 1 scale, indexed by the remaining levels: 1 for a sole supplier, 1/n for
        n equal ones. (Competition authorities multiply it by 10,000.)

    References
    ----------
    Hirschman, A. O. (1964). The paternity of an index. American Economic Review 54(5), 761.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["Dy"], ["AAA", "BBB"]], names=["element", "country"])
    >>> herfindahl_hirschman(pd.Series([0.9, 0.1], index=index)).round(2).to_dict()
    {'Dy': 0.82}
    """
    kept = [level for level in shares.index.names if level != over]
    return (shares**2).groupby(level=kept).sum().rename("hhi")


def governance_weighted(
    shares: "FloatSeries", weights: "FloatSeries", *, over: str = "country"
) -> "FloatSeries":
    """HHI with each square weighted by how badly its country is governed.

    Parameters
    ----------
    shares
        Fractions in [0, 1], indexed by `over` and at least one other level.
    weights
        Scaled governance indicator times trade term of each country, indexed by `over`; higher
        is worse, 0 to 10 before the trade term. A country without one is an error.
    over
        Index level to sum away.

    Returns
    -------
    pandas.Series
        SUM s_c^2 WGI_c t_c, indexed by the remaining levels: what the EU study calls HHI.

    Raises
    ------
    KeyError
        If a country has no weight.

    References
    ----------
    European Commission (2017). Methodology for establishing the EU list of critical raw
    materials. ISBN 978-92-79-68051-9.

    Examples
    --------
    A sole supplier gets its own weight.

    >>> index = pd.MultiIndex.from_tuples([("Dy", "AAA")], names=["element", "country"])
    >>> governance_weighted(pd.Series([1.0], index=index), pd.Series({"AAA": 5.72})).to_dict()
    {'Dy': 5.72}
    """
    countries = shares.index.get_level_values(over)
    missing = sorted(set(countries) - set(weights.index))
    if missing:
        raise KeyError(f"no weight for {', '.join(missing)}")
    kept = [level for level in shares.index.names if level != over]
    weighted = shares**2 * weights.reindex(countries).to_numpy()
    return weighted.groupby(level=kept).sum().rename("hhi_weighted")


def effective_suppliers(hhi: "FloatSeries") -> "FloatSeries":
    """Number of equal suppliers that would be as concentrated: 1 / HHI.

    References
    ----------
    Adelman, M. A. (1969). Comment on the "H" concentration measure as a numbers-equivalent.
    Review of Economics and Statistics 51(1), 99-101.

    Examples
    --------
    >>> effective_suppliers(pd.Series({"Dy": 0.25})).to_dict()
    {'Dy': 4.0}
    """
    return (1.0 / hhi).rename("effective_suppliers")


def import_reliance(
    *, imports: float, exports: float, production: float, stock_release: float = 0.0
) -> float:
    """Net import reliance: net imports and stock release over apparent consumption.

    Parameters
    ----------
    imports, exports, production, stock_release
        Tonnes a year of the same form; `stock_release` is negative when stocks grow.

    Returns
    -------
    float
        Fraction of apparent consumption; negative for a net exporter.

    Notes
    -----
    (I - E + S) / (P + I - E + S). With S = 0 it is the import reliance of the EU study.

    References
    ----------
    U.S. Geological Survey (2026). Mineral Commodity Summaries, appendix B: definitions.

    Examples
    --------
    >>> import_reliance(imports=300.0, exports=0.0, production=0.0)
    1.0
    >>> import_reliance(imports=60.0, exports=20.0, production=40.0)
    0.5
    """
    net = imports - exports + stock_release
    return net / (production + net)


def stage_concentration(shares: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Concentration of world output of each element at each stage.

    Parameters
    ----------
    shares
        The table ``stage_shares``.
    year
        Latest year; the newest outturn year with a row up to it is taken for each stage.

    Returns
    -------
    pandas.DataFrame
        Indexed by element and stage: ``year``; ``largest`` country and its ``largest_share``;
        ``hhi_low``, the rest of the world split among many, and ``hhi_high``, the rest as one
        country; ``stated``, the sum of the shares.

    Examples
    --------
    >>> rows = [("Dy", "metal", "CHN", 0.9), ("Dy", "metal", "ROW", 0.1)]
    >>> table = pd.DataFrame(rows, columns=["element", "stage", "country", "central"])
    >>> found = stage_concentration(table.assign(year=2024, kind="outturn"), year=2025)
    >>> found["hhi_high"].round(2).item()
    0.82
    """
    known = shares[(shares["kind"] == ShareKind.OUTTURN) & (shares["year"] <= year)]
    newest = known.groupby(STAGE_KEY)["year"].transform("max")
    rows = known[known["year"] == newest].set_index([*STAGE_KEY, "country"])
    stated = rows["central"].astype(float)
    named = stated[stated.index.get_level_values("country") != REST]
    top = named.groupby(level=STAGE_KEY).idxmax().map(lambda key: key[-1])
    return pd.DataFrame(
        {
            "year": rows["year"].groupby(level=STAGE_KEY).first(),
            "largest": top,
            "largest_share": named.groupby(level=STAGE_KEY).max(),
            "hhi_low": herfindahl_hirschman(named),
            "hhi_high": herfindahl_hirschman(stated),
            "stated": stated.groupby(level=STAGE_KEY).sum(),
        }
    )
