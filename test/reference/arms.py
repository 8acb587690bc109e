"""Which of several beta-binomial arms is the best, for test/domain/models/arms.test.ts.

Python 3, scipy 1.17.1: the integral of one's density times the distribution functions of all others.
"""

from math import prod

from scipy.integrate import quad
from scipy.stats import beta


def best(arms):
    betas = [beta(1 + hits, 1 + cases - hits) for hits, cases in arms]
    peaks = [(hits + 0.5) / (cases + 1) for hits, cases in arms]

    def of(own):
        others = [one for one in betas if one is not own]
        return quad(
            lambda x: own.pdf(x) * prod(one.cdf(x) for one in others),
            *(0, 1),
            points=sorted(peaks),
            limit=2_000,
            epsabs=1e-12,
        )[0]

    return [round(of(one), 9) for one in betas]


for arms in [
    [(3, 20), (6, 20)],
    [(0, 5), (0, 50)],
    [(120, 1_000), (150, 1_000)],
    [(2, 3), (500, 1_000)],
    [(10, 100), (30, 100), (20, 100)],
    [(1, 4), (0, 0), (30, 90), (290, 1_000)],
]:
    print(arms, best(arms))
