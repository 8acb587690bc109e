"""Bootstrap intervals of means and of their difference, for test/domain/statistics/bootstrap.test.ts.

Python 3, numpy 2.4.6, scipy 1.17.1. The mice of Efron and Tibshirani (1993), table 2.1. With a million samples the
ends are known to about three digits.
"""

import numpy as np
from scipy.stats import bootstrap

treated = np.array([94, 197, 16, 38, 99, 141, 23])
control = np.array([52, 104, 146, 10, 51, 30, 40, 27, 46])


def difference(a, b, axis):
    return a.mean(axis=axis) - b.mean(axis=axis)


def ideal(values):
    """The standard error of the mean that infinitely many samples come to."""
    return values.std() / np.sqrt(len(values))


options = {"n_resamples": 1_000_000, "method": "percentile", "batch": 100_000, "rng": 1}
print("standard errors", ideal(treated), ideal(control), np.hypot(ideal(treated), ideal(control)))
print("difference", difference(treated, control, 0))
print("interval", bootstrap((treated, control), difference, vectorized=True, **options).confidence_interval)
