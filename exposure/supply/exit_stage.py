"""The share of a buyer's supply that China can stop, by stage.

The licence that matters is the one for the last crossing of the Chinese border, so supply is split
by its *exit stage*, the last stage that takes place in China. ``chi[g]`` is the share that exits at
stage g and ``1 - chi.sum()`` the share without any stage in China. It is computed from either of
two inputs:

* an explicit flow between countries at each stage, by an absorbing chain;
* only China's share at each stage, by the two extreme ways in which such shares can overlap
  and a mixture of them.

Stages run upstream first along axis 0; every share is a fraction in [0, 1].
"""

from typing import get_args

import numpy as np

from exposure.arguments import ARRAY, WHOLE, check_arguments, each, one_of
from exposure.arrays import FloatArray
from exposure.settings import SupplyMethod

METHOD = one_of(get_args(SupplyMethod), "the name of a method")
FEEDS = each(ARRAY, "a list of arrays", "write one matrix for each stage after the first")


def exit_shares(
    shares: FloatArray, *, nested_share: FloatArray, method: SupplyMethod = "mixture"
) -> FloatArray:
    """Split a buyer's supply by exit stage when only China's share at each stage is known.

    Two extremes bound the overlap. *Nested*: the same tonnes are Chinese at all stages, so a
    stage adds only the excess over the largest share downstream. *Independent*: tonnes mix freely
    at every stage. The mixture weights the two by `nested_share`.

    Parameters
    ----------
    shares
        China's share at each stage, shape (G, D).
    nested_share
        Weight of the nested extreme, shape (D,).
    method
        ``mixture``; ``nested`` or ``independent`` alone; or ``worst_stage``, which assigns the
        largest share to its own stage (a common shortcut, for comparison only).

    Returns
    -------
    numpy.ndarray
        chi, shape (G, D); sums over stages to at most 1.

    Notes
    -----
    nested: chi_e = max(0, s_e - max_{h>e} s_h), which sums to max s.
    independent: chi_e = s_e PROD_{h>e} (1 - s_h), which sums to 1 - PROD (1 - s).
    Both lie within the Frechet-Hoeffding bounds max s <= sum <= min(1, SUM s).

    Examples
    --------
    >>> shares = np.array([[0.6], [0.9]])
    >>> exit_shares(shares, nested_share=np.array([1.0])).ravel()
    array([0. , 0.9])
    >>> exit_shares(shares, nested_share=np.array([0.0])).ravel().round(3)
    array([0.06, 0.9 ])
    """
    check_arguments(
        "exit_shares",
        shares=(shares, ARRAY),
        nested_share=(nested_share, ARRAY),
        method=(method, METHOD),
    )
    if method == "worst_stage":
        worst = np.argmax(shares, axis=0)[np.newaxis, :]
        stage = np.arange(len(shares))[:, np.newaxis]
        return np.where(stage == worst, shares, 0.0)
    if method == "nested":
        return _nested(shares)
    if method == "independent":
        return _independent(shares)
    return (1.0 - nested_share) * _independent(shares) + nested_share * _nested(shares)


def _nested(shares: FloatArray) -> FloatArray:
    below = np.zeros_like(shares[0])
    chi = np.empty_like(shares)
    for stage in reversed(range(len(shares))):
        chi[stage] = np.maximum(0.0, shares[stage] - below)
        below = np.maximum(below, shares[stage])
    return chi


def _independent(shares: FloatArray) -> FloatArray:
    untouched = np.ones_like(shares[0])
    chi = np.empty_like(shares)
    for stage in reversed(range(len(shares))):
        chi[stage] = shares[stage] * untouched
        untouched = untouched * (1.0 - shares[stage])
    return chi


def exit_shares_of_flow(
    feeds: list[FloatArray], purchases: FloatArray, *, china: int = 0
) -> FloatArray:
    """Split a buyer's supply by exit stage from an explicit flow between countries.

    Parameters
    ----------
    feeds
        For each stage after the first, the matrix x[c, c']: the share of the feed of country
        c' that comes from the stage above in country c; shape (C, C), columns sum to 1.
    purchases
        Share of the buyer's purchases of the last stage by country, shape (C,); sums to 1.
    china
        Position of China among the countries.

    Returns
    -------
    numpy.ndarray
        chi, shape (G,), upstream first; 1 minus the sum has no stage in China.

    Notes
    -----
    An absorbing chain: v_1[CN] = stage 1; v_g[CN] = stage g; elsewhere
    v_g[c'] = SUM_c x_g[c, c'] v_{g-1}[c]; chi = SUM_c b[c] v_G[c].

    Examples
    --------
    Three quarters of the magnets bought are Chinese; makers elsewhere use 60 % Chinese alloy,
    alloy makers elsewhere 70 % Chinese oxide, separators elsewhere 10 % Chinese ore.

    >>> def feed(chinese):
    ...     return np.array([[1.0, chinese], [0.0, 1.0 - chinese]])
    >>> flow = [feed(0.1), feed(0.7), feed(0.6)]
    >>> exit_shares_of_flow(flow, np.array([0.75, 0.25])).round(3)
    array([0.003, 0.07 , 0.15 , 0.75 ])
    """
    check_arguments(
        "exit_shares_of_flow",
        feeds=(feeds, FEEDS),
        purchases=(purchases, ARRAY),
        china=(china, WHOLE),
    )
    stages, countries = len(feeds) + 1, len(purchases)
    touched = np.zeros((stages, countries))
    touched[0, china] = 1.0
    for stage, feed in enumerate(feeds, start=1):
        touched = touched @ feed
        touched[:, china] = 0.0
        touched[stage, china] = 1.0
    return np.asarray(touched @ purchases)


def share_in_exports(world_share: float, exported: float) -> float:
    """China's share of the goods that others can buy, given its share of world output.

    Parameters
    ----------
    world_share
        China's share w of world output.
    exported
        Fraction a of China's output that is exported.

    Returns
    -------
    float
        a w / (a w + 1 - w).

    Examples
    --------
    >>> round(share_in_exports(0.92, 0.25), 3)
    0.742
    """
    offered = exported * world_share
    return offered / (offered + 1.0 - world_share)
