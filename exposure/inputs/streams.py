"""Random streams: one uniform number for every stream and draw.

A stream is keyed by a hash of the seed and its name, and its position is the number of the draw.
Adding, removing or reordering rows therefore changes no other draw; two scenarios use the same
worlds; the first thousand of ten thousand draws equal a run of a thousand; and any list of draw
numbers, such as the draws that agree with the record, can be drawn by itself.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.inputs.groups import group_of
from exposure.tables.schema.rows import QuantityRow

FIRST, SECOND = "first", "second"
"""Samples of a seed: every run uses the first; redrawn inputs use the second."""

NUMBERS_A_STEP = 4
"""Random numbers per step of the generator's counter."""


@dataclass(frozen=True, eq=False)
class Sampler:
    """Numbers of the draws, and the seed."""

    numbers: IntArray
    """Numbers of the draws, ascending, shape (D,)."""
    seed: int

    @classmethod
    def first(cls, draws: int, seed: int) -> "Sampler":
        """The first draws of a seed."""
        return cls(np.arange(draws, dtype=np.int64), seed)

    @property
    def size(self) -> int:
        """Number of draws D."""
        return len(self.numbers)

    @cached_property
    def key(self) -> tuple[int, str]:
        """Identification of these draws: the seed, and a hash of their numbers."""
        return self.seed, hashlib.blake2b(self.numbers.tobytes(), digest_size=16).hexdigest()

    def block(self, start: int, stop: int) -> "Sampler":
        """The draws at positions `start` to `stop` - 1."""
        return replace(self, numbers=self.numbers[start:stop])

    @property
    def redrawn(self) -> frozenset[str]:
        """Groups of inputs and single streams that are redrawn: none here."""
        return frozenset()

    def uniform(self, stream: str) -> FloatArray:
        """Uniform numbers of a stream in [0, 1), shape (D,).

        Examples
        --------
        >>> first, few = Sampler.first(8, seed=1), Sampler(np.array([2, 5]), seed=1)
        >>> bool((first.uniform("a")[[2, 5]] == few.uniform("a")).all())
        True
        >>> bool((first.uniform("a") == first.uniform("b")).any())
        False
        """
        if not self.size:
            return np.empty(0)
        sample = sample_of(stream, self.redrawn)
        key = hashlib.blake2b(f"{self.seed}|{sample}|{stream}".encode(), digest_size=16).digest()
        generator = np.random.Philox(key=int.from_bytes(key, "little"))
        steps = int(self.numbers[0]) // NUMBERS_A_STEP
        generator.advance(steps)
        skipped = steps * NUMBERS_A_STEP
        drawn = np.random.Generator(generator).random(int(self.numbers[-1]) - skipped + 1)
        return np.asarray(drawn[self.numbers - skipped])


@dataclass(frozen=True, eq=False)
class PartlyResampled(Sampler):
    """Sampler with the same draws, except that some inputs are redrawn independently."""

    again: frozenset[str] = frozenset()
    """Groups of inputs (`exposure.inputs.groups`) and single streams that are redrawn."""

    @property
    def redrawn(self) -> frozenset[str]:
        """Groups of inputs and single streams that are redrawn."""
        return self.again


def sample_of(stream: str, redrawn: frozenset[str]) -> str:
    """Name of the sample, one of two independent ones of a seed, that a stream uses.

    Parameters
    ----------
    stream
        Name of the stream.
    redrawn
        Groups of inputs and single streams that are redrawn.

    Examples
    --------
    >>> sample_of("cover|defence|stock_weeks", frozenset({"stock"}))
    'second'
    >>> sample_of("buyers|radar|civil|trusted", frozenset({"stock"}))
    'first'
    """
    return SECOND if redrawn and {stream, group_of(stream)} & redrawn else FIRST


def correlated(alone: FloatArray, common: FloatArray, correlation: FloatArray) -> FloatArray:
    """Uniform numbers with a common cause, by a normal copula.

    Parameters
    ----------
    alone, common
        Independent uniform numbers in [0, 1), shape (D,).
    correlation
        Correlation of the normal scores of two numbers with one common cause, shape (D,).

    Returns
    -------
    numpy.ndarray
        Phi(sqrt(c) z_common + sqrt(1 - c) z_alone), shape (D,); equal to `alone` if c = 0.

    References
    ----------
    Nelsen, R. B. (2006). An Introduction to Copulas, 2nd ed., section 2.3. Springer.

    Examples
    --------
    >>> correlated(np.array([0.2]), np.array([0.7]), np.array([1.0])).round(12)
    array([0.7])
    """
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - scipy is slow to import

    least = np.finfo(np.float64).tiny
    score = np.sqrt(correlation) * ndtri(np.maximum(common, least))
    score += np.sqrt(1.0 - correlation) * ndtri(np.maximum(alone, least))
    return np.where(correlation > 0.0, ndtr(score), alone)


def triangular(quantile: FloatArray, row: QuantityRow) -> FloatArray:
    """Quantiles of the triangular distribution with minimum low, mode central and maximum high.

    It is the simplest distribution given by three values.

    Notes
    -----
    Inverse distribution function: below F = (central - low) / (high - low) it is
    low + sqrt(u (high - low) (central - low)), above it high - sqrt((1 - u) (high - low)
    (high - central)).
    """
    low, central, high = row.low, row.central, row.high
    width = high - low
    rising = low + np.sqrt(quantile * width * (central - low))
    falling = high - np.sqrt((1.0 - quantile) * width * (high - central))
    return np.where(quantile * width < central - low, rising, falling)


def whole_weeks(weeks: FloatArray) -> FloatArray:
    """Round durations to whole weeks, halves up.

    Examples
    --------
    >>> whole_weeks(np.array([0.4, 0.5, 2.5]))
    array([0., 1., 3.])
    """
    return np.floor(weeks + 0.5)
