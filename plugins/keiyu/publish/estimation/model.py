"""The statistics of an early total: a ratio prediction of those who are missing, and how far it may be off.

Pure functions of arrays, for one measure at a time. The prediction is that of the ratio model (W. G. Cochran,
*Sampling Techniques*, 3rd ed., ch. 6; C.-E. Särndal, B. Swensson & J. Wretman, *Model Assisted Survey Sampling*,
§7.3; R. Valliant, A. H. Dorfman & R. M. Royall, *Finite Population Sampling and Inference*, ch. 2 and 5):

- **growth** b is the sum of the figures that are in over the sum of the last values of the same units;
- a missing unit i is predicted as ``b · exp(m) · last_i``; one without a last value as the mean of its like.

Who comes late need not be like who comes early. ``m`` is the logarithm by which, in earlier collections at the same
coverage by weight, the growth of the late differed from that of the early. With them is counted the trend of those who
are in, up to as late a share of them as is missing of all, carried on to those who are not, and one imaginary
collection without a difference, so that one observation is believed by half; each is trusted the more the less chance
explains it.

The variance of the error adds up

- what units vary around the growth, ``v(x) = c + a·x + b·x²`` fitted to the squared residuals of those who are in by
  non-negative least squares (a generalised variance function), and the error of b itself;
- what prefectures vary, by the moment estimator of R. DerSimonian & N. Laird (*Controlled Clinical Trials* 7, 1986);
- what the lateness of one collection tells of the next: its spread between collections, by the estimator for few of
  J. Hartung & K. H. Makambi (*Communications in Statistics: Simulation and Computation* 32, 2003), which is never 0.

The same prediction is made again where its truth is known: in each earlier collection at the same coverage, and of
those who came last in this one (an evaluation with a rolling origin: L. J. Tashman, *International Journal of
Forecasting* 16, 2000). Where it missed by more than it said, variances are as much larger from then on.

Quantiles are Student's, with F. E. Satterthwaite's degrees of freedom (*Biometrics Bulletin* 2, 1946).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.special import stdtrit

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEAST: Final = 5
"""Fewest units that must be in, with their last values, before anything is predicted."""

_TRUST: Final = 1.0
"""Imaginary earlier predictions that missed by just as much as they said."""

_FARTHEST: Final = 2.0
"""Farthest that a trend is carried on: over half of the weight, a line drawn through its half at most."""


@dataclass(frozen=True)
class Sample:
    """The units of a collection and what is known of them, for one measure; all arrays are of one length.

    Attributes:
        last: value of the last collection; NaN where there is none.
        now: what is counted so far: the value of those who are in, a part or 0 of the others.
        inside: whether a unit is in.
        place: number of its prefecture, from 0.
        order: place in the order of arrival, the smallest first; of those who are in.
        weight: what it weighs (a value of the last collection); 0 where it has none.
    """

    last: Floats
    now: Floats
    inside: Flags
    place: Integers
    order: Floats
    weight: Floats

    @cached_property
    def known(self) -> Flags:
        """Whether a unit has a last value."""
        return ~np.isnan(self.last)

    @cached_property
    def seen(self) -> Flags:
        """Whether a unit is in and has a last value: what growth is seen by."""
        return self.inside & self.known

    @property
    def arrived(self) -> "Sample":
        """Those who are in, as a collection of their own."""
        at = self.inside
        return Sample(self.last[at], self.now[at], at[at], self.place[at], self.order[at], self.weight[at])

    @property
    def share(self) -> float:
        """Share of the weight that is in; by count where nothing weighs anything."""
        weight = self.weight if self.weight.sum() > 0 else np.ones(len(self.last))
        return float(weight[self.inside].sum() / weight.sum()) if len(weight) else 1.0

    def until(self, share: float) -> "Sample":
        """Return the sample as it was when about a share of its weight had arrived."""
        weight = self.weight if self.weight.sum() > 0 else np.ones(len(self.last))
        turn = np.argsort(np.where(self.inside, self.order, np.inf), kind="stable")
        reached = np.empty(len(weight), np.bool_)
        reached[turn] = np.cumsum(weight[turn]) <= share * weight.sum() + 1e-9 * weight.sum()
        inside = reached & self.inside
        return replace(self, inside=inside, now=np.where(inside, self.now, 0.0))


@dataclass(frozen=True)
class Lateness:
    """By how much the growth of the late differs from that of the early.

    Attributes:
        mean: expected logarithm of the ratio.
        variance: of that logarithm in one more collection, around the mean.
        freedom: degrees of freedom of the variance.
        collections: earlier collections that it was seen in.
    """

    mean: float
    variance: float
    freedom: float
    collections: int


@dataclass(frozen=True)
class Prediction:
    """What the missing are predicted to add.

    Attributes:
        growth: b.
        lateness: how the late differ.
        mean: expected sum of the missing, by prefecture.
        variance: of the error of each prefecture's.
        total_variance: of the error of the nation's.
        freedom: degrees of freedom, by prefecture.
        total_freedom: of the nation's.
    """

    growth: float
    lateness: Lateness
    mean: Floats
    variance: Floats
    total_variance: float
    freedom: Floats
    total_freedom: float

    def stretched(self, misses: Floats) -> "Prediction":
        """Return it with variances as much larger as the same prediction missed more than it said before."""
        nation, place = np.maximum((misses.sum(axis=0) + _TRUST) / (len(misses) + _TRUST), 1.0)
        return replace(self, variance=self.variance * place, total_variance=self.total_variance * nation)

    def interval(self, level: float, place: int | None = None) -> tuple[float, float]:
        """Return the bounds between which the sum of the missing lies; nobody adds less than nothing.

        Args:
            level: probability, such as 0.95.
            place: of one prefecture; of the nation by default.
        """
        if place is None:
            mean, variance, freedom = float(self.mean.sum()), self.total_variance, self.total_freedom
        else:
            mean, variance, freedom = (float(one[place]) for one in (self.mean, self.variance, self.freedom))
        half = float(stdtrit(max(freedom, 1.0), 0.5 + level / 2)) * variance**0.5 if variance > 0 else 0.0
        return max(mean - half, 0.0), mean + half


def predict(sample: Sample, past: Sequence[Sample], places: int) -> Prediction | None:
    """Predict what the missing add.

    Args:
        sample: the collection as it stands.
        past: earlier collections with their last values and orders of arrival; late corrections included.
        places: how many prefectures there are.

    Returns:
        The prediction; none where too few are in to see any growth, or nothing of theirs could grow.
    """
    found = _predicted(sample, past, places)
    return found and found.stretched(_misses(sample, past, places))


def _misses(sample: Sample, past: Sequence[Sample], places: int) -> Floats:
    """Return how far the same prediction missed before, in standard errors: the nation, and each prefecture's mean.

    It is made again in every earlier collection at the same coverage, and in this one for those who came last.
    """
    share, found = sample.share, []
    for at, one in enumerate((sample.arrived, *past)):
        then = one.until(share)
        told = _predicted(then, past[at:], places)
        if told is not None and told.total_variance > 0:
            truth = _by_place(one, one.now - then.now, places)
            there = told.variance > 0
            each = (truth - told.mean)[there] ** 2 / told.variance[there]
            nation = float((truth - told.mean).sum()) ** 2 / told.total_variance
            found.append((nation, float(each.mean()) if there.any() else 1.0))
    return np.array(found, np.float64).reshape(-1, 2)


def _predicted(sample: Sample, past: Sequence[Sample], places: int) -> Prediction | None:
    if sample.seen.sum() < LEAST or not sample.last[sample.seen].sum() > 0:
        return None
    growth = _growth(sample, sample.seen)
    spread = _spread(sample, growth)
    late = lateness(sample, past)
    gone, born = ~sample.inside & sample.known, ~sample.inside & ~sample.known
    factor = growth * float(np.exp(late.mean))
    expected = np.where(gone, np.maximum(factor * np.nan_to_num(sample.last) - sample.now, 0.0), 0.0)
    mean, variance, total = _newcomers(sample, born, places)
    base = _by_place(sample, np.where(gone, sample.last, 0.0), places)
    seen = float(sample.last[sample.seen].sum())
    between = _between(sample, spread, places)
    noise = _by_place(sample, np.where(gone, spread, 0.0), places)
    slope = float(spread[sample.seen].sum()) / seen**2
    whole = float(base.sum())
    came = _by_place(sample, np.where(sample.seen, sample.last, 0.0), places)
    chance = noise + base**2 * (slope + between) + variance
    clusters = between * float((base**2).sum() + (whole / seen) ** 2 * (came**2).sum())
    national = float(noise.sum()) + whole**2 * slope + clusters + total
    doubt, national_doubt = (factor * base) ** 2 * late.variance, (factor * whole) ** 2 * late.variance
    degrees = float(sample.seen.sum() - 1)
    return Prediction(
        growth=growth,
        lateness=late,
        mean=_by_place(sample, expected, places) + mean,
        variance=chance + doubt,
        total_variance=national + national_doubt,
        freedom=_freedom(chance, degrees, doubt, late.freedom),
        total_freedom=float(_freedom(np.array(national), degrees, np.array(national_doubt), late.freedom)),
    )


def lateness(sample: Sample, past: Sequence[Sample]) -> Lateness:
    """Return how the late differ from the early, from earlier collections at the same coverage.

    Args:
        sample: the collection as it stands; its own halves are compared too.
        past: earlier collections.
    """
    share = sample.share
    before = [told for one in past if (told := _difference(one, one.until(share).inside)) is not None]
    trend = _difference(sample, sample.until(share * max(share, 0.5)).inside)
    onward = min(1 / share, _FARTHEST) if share else 0.0
    found = [*before, (trend[0] * onward, trend[1] * onward**2)] if trend else before
    if not found:
        return Lateness(0.0, 0.0, 2.0, 0)
    told, chance = np.array([*found, (0.0, min(error for _, error in found))]).T
    between = _among_few(told, chance)
    errors = chance + between
    trust = 1 / errors if errors.min() > 0 else np.ones(len(told))
    mean = float((trust * told).sum() / trust.sum())
    doubt = 1 / float(trust.sum()) if errors.min() > 0 else 0.0
    return Lateness(mean, between + doubt, float(max(len(told) - 1, 2)), len(before))


def _growth(sample: Sample, some: Flags) -> float:
    return float(sample.now[some].sum() / sample.last[some].sum())


def _difference(sample: Sample, early: Flags) -> tuple[float, float] | None:
    """Return the logarithm of late growth over early growth, and its variance by chance; none where there is none."""
    first, rest = sample.seen & early, sample.seen & ~early
    sums = [float(values[some].sum()) for some in (first, rest) for values in (sample.now, sample.last)]
    if min(*sums, float(first.sum()) - LEAST, float(rest.sum())) < 0 or not all(sums):
        return None
    growth = _growth(sample, sample.seen)
    spread = _spread(sample, growth)
    error = sum(float(spread[some].sum()) / (growth * float(sample.last[some].sum())) ** 2 for some in (first, rest))
    return float(np.log(sums[2] / sums[3] * sums[1] / sums[0])), error


def _spread(sample: Sample, growth: float) -> Floats:
    """Return the variance of each unit around the growth, by the size of its last value."""
    seen = sample.seen
    last = sample.last[seen]
    size = float(last.mean())
    leverage = np.minimum(last / last.sum(), 0.9)
    squared = (sample.now[seen] - growth * last) ** 2 / (1 - leverage)
    trust = (size / (last + size)) ** 2
    terms = np.stack([np.ones_like(last), last / size, (last / size) ** 2], axis=1)
    found, _ = nnls(terms * trust[:, None], squared * trust)
    scaled = np.nan_to_num(sample.last, nan=size) / size
    spread: Floats = found[0] + found[1] * scaled + found[2] * scaled**2
    return spread


def _between(sample: Sample, spread: Floats, places: int) -> float:
    """Return the variance of growth between prefectures, beyond what their units explain."""
    seen = sample.seen
    base = _by_place(sample, np.where(seen, sample.last, 0.0), places)
    there = base > 0
    came = _by_place(sample, np.where(seen, sample.now, 0.0), places)[there] / base[there]
    chance = _by_place(sample, np.where(seen, spread, 0.0), places)[there] / base[there] ** 2
    if len(came) < LEAST or not (chance > 0).all():
        return 0.0
    found, scale = _heterogeneity(came, chance)
    return max(found - (len(came) - 1), 0.0) / scale


def _heterogeneity(values: Floats, chance: Floats) -> tuple[float, float]:
    """Return Cochran's Q of values with their variances by chance, and what it is divided by for a variance between."""
    weight = 1 / chance
    middle = float((weight * values).sum() / weight.sum())
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return float((weight * (values - middle) ** 2).sum()), scale


def _among_few(values: Floats, chance: Floats) -> float:
    """Return the variance between a few values, beyond what chance explains of each (Hartung & Makambi)."""
    if not (chance > 0).all():
        return float(values.var(ddof=1))
    found, scale = _heterogeneity(values, chance)
    return found**2 / (2 * (len(values) - 1) + found) / scale


def _newcomers(sample: Sample, born: Flags, places: int) -> tuple[Floats, Floats, float]:
    """Predict the missing that have no last value by the mean of their like, or of all; variances, and the nation's."""
    count = _by_place(sample, born.astype(np.float64), places)
    if not born.any():
        return count, count, 0.0
    like = sample.inside & ~sample.known
    values = sample.now[like if like.sum() >= LEAST else sample.inside]
    variance = float(values.var(ddof=1)) if len(values) > 1 else 0.0
    total = variance * float(count.sum() + count.sum() ** 2 / len(values))
    return count * float(values.mean()), variance * (count + count**2 / len(values)), total


def _by_place(sample: Sample, values: Floats, places: int) -> Floats:
    return np.bincount(sample.place, weights=values, minlength=places).astype(np.float64)


def _freedom(chance: Floats, degrees: float, doubt: Floats, others: float) -> Floats:
    """Return the degrees of freedom of a sum of two variances."""
    both = chance**2 / degrees + doubt**2 / others
    freedom: Floats = np.where(both > 0, (chance + doubt) ** 2 / np.where(both > 0, both, 1.0), degrees)
    return freedom
