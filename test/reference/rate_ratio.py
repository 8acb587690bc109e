"""Exact ratios of Poisson rates and adjusted chances, for test/domain/models/rate-ratio.test.ts.

Python 3, scipy 1.17.1, statsmodels 0.15.0. Given the sum of both counts the one is binomial, with Clopper and Pearson's
interval.
"""

from scipy.stats import binomtest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.rates import test_poisson_2indep

for count, exposure, other, under in [(11, 800, 21, 3_011), (200, 3, 150, 5), (0, 1, 5, 2)]:
    low, high = binomtest(count, count + other).proportion_ci(method="exact")
    low, high = ((p / (1 - p)) * under / exposure for p in (low, high))
    print(count, exposure, other, under, f"{count / exposure / (other / under):.13f} {low:.14f} {high:.14f}")
    more = test_poisson_2indep(count, exposure, other, under, method="exact-cond", alternative="larger")
    print("chance of so many or more", f"{more.pvalue:.16f}")

print("Benjamini-Hochberg", multipletests([0.01, 0.04, 0.03, 0.005, 0.55], method="fdr_bh")[1])
