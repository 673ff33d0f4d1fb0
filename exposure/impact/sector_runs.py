"""Run one sector through one course of policy."""

from collections.abc import Callable, Iterator

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.inflow import Term, gap_terms, inflow
from exposure.impact.sectors import Sector, Stream
from exposure.impact.stocks import weekly_losses
from exposure.licensing.grants import Licences
from exposure.settings import Coupling

Restrict = Callable[[Term], Term | None]
"""What a coalition keeps of a term: the term, a part of it, or nothing."""


def stream_losses(
    sector: Sector,
    licences: Licences,
    *,
    weeks: int,
    coupling: Coupling,
    restrict: Restrict | None = None,
) -> Iterator[tuple[FloatArray, list[Term], FloatArray]]:
    """Losses of each distinct kind of buyer in a sector.

    Kinds of buyer that are treated alike run once, with their shares added.

    Parameters
    ----------
    sector, licences
        What policy does not change, and what it does.
    weeks
        Number T of weeks.
    coupling
        See `exposure.impact.stocks`.
    restrict
        Part of each term that is kept; None keeps all.

    Yields
    ------
    share : numpy.ndarray
        Share of the sector's output, shape (D,).
    terms : list of Term
        What is missing at the border.
    losses : numpy.ndarray
        Loss by channel, shape (T, K, D).
    """
    for share, stream in _distinct(sector, licences):
        terms = gap_terms(sector, stream, licences, weeks=weeks)
        if restrict is not None:
            terms = [kept for kept in map(restrict, terms) if kept is not None]
        losses = weekly_losses(
            inflow(sector, terms, weeks=weeks),
            sector.need,
            stock=sector.stock,
            cap=sector.cap,
            criticality=sector.criticality,
            coupling=coupling,
        )
        yield share, terms, losses


def _distinct(sector: Sector, licences: Licences) -> list[tuple[FloatArray, Stream]]:
    """Kinds of buyer under the same licensed flows, as one with the sum of their shares."""
    alike: dict[object, tuple[FloatArray, Stream]] = {}
    for stream in sector.streams:
        signature = (
            stream.buyer_class,
            *(
                (id(flow.stopped), id(flow.look_through))
                for channel in sector.channels
                for stage in channel.stages
                for flow in [
                    licences.of_final_user(
                        channel,
                        stage,
                        destination=sector.destination,
                        buyer=stream.buyer_class,
                        tier=stream.tier,
                    )
                ]
            ),
        )
        known = alike.get(signature)
        total = stream.share if known is None else known[0] + stream.share
        alike[signature] = (total, stream)
    return list(alike.values())


def first_week_hit(lost: FloatArray, *, threshold: float) -> FloatArray:
    """First week with a loss strictly above a threshold, shape (D,); NaN where there is none.

    Parameters
    ----------
    lost
        Lost share of output, shape (T, D).

    Examples
    --------
    >>> first_week_hit(np.array([[0.0, 0.0], [0.05, 0.0], [0.2, 0.0]]), threshold=0.05)
    array([ 2., nan])
    """
    hit = lost > threshold
    return np.where(hit.any(axis=0), hit.argmax(axis=0).astype(np.float64), np.nan)
