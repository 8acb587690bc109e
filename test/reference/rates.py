"""Intervals of rates and of their differences, for test/domain/statistics/rates.test.ts.

Python 3, scipy 1.17.1, statsmodels 0.15.0.
"""

from scipy.stats import binomtest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

print("Wilson: statsmodels, scipy")
for hits, cases in [(81, 263), (15, 148), (0, 20), (1, 29), (20, 20), (3, 7), (900, 100_000)]:
    ours = proportion_confint(hits, cases, method="wilson")
    theirs = binomtest(hits, cases).proportion_ci(method="wilson")
    print(hits, cases, [round(end, 10) for end in ours], [round(end, 10) for end in theirs])

print("Newcombe, hybrid score")
pairs = [(56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 0, 29), (0, 10, 0, 20)]
pairs += [(0, 10, 0, 10), (10, 10, 0, 20), (10, 10, 0, 10), (120, 400, 9, 60), (30, 90_000, 1, 10_000)]
for pair in pairs:
    low, high = confint_proportions_2indep(*pair, method="newcomb", compare="diff")
    print(pair, round(low, 10), round(high, 10))
