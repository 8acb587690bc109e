"""BG/NBD and MBG/NBD, for test/domain/models/beta-geometric.test.ts, and the Gamma-Gamma model beside it.

Python 3, scipy 1.17.1. From the stories of the models, not from the closed forms of the papers: a customer buys at a
rate of their own (gamma: r, alpha) and drops out after a purchase with a probability of their own (beta: a, b); what is
expected of who is still there is an integral over that probability.
"""

import sys

import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import beta, betaln, gammaln

published = (0.243, 4.414, 0.793, 2.426)
others = (1.7, 11, 2.5, 0.6)
# repeat purchases, weeks from the first purchase to the last, weeks from the first to now
histories = {"once": (0, 0, 38.86), "thrice": (2, 30.43, 38.86), "often": (26, 30.86, 31), "silent": (7, 5, 39)}
histories["hundreds"] = (300, 150, 156)


def parts(model, parameters, x, last, age):
    """Logarithms of the likelihood of the history with the customer still there, and gone with the last purchase."""
    r, alpha, a, b = parameters
    k = x + (model == "mbg")
    bought = lambda weeks: gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + weeks)
    there = bought(age) + betaln(a, b + k) - betaln(a, b)
    gone = bought(last) + betaln(a + 1, b + np.maximum(k, 1) - 1) - betaln(a, b)
    return there, np.where(k > 0, gone, -np.inf)


def expected(model, parameters, history, weeks):
    r, alpha, a, b = parameters
    x, _, age = history
    k = x + (model == "mbg")
    there, gone = parts(model, parameters, *history)

    def purchases(p):
        p = max(p, 1e-300)
        return -np.expm1(-(r + x) * np.log1p(p * weeks / (alpha + age))) / p

    integral = quad(purchases, 0, 1, weight="alg", wvar=(a - 1, b + k - 1), epsabs=0, epsrel=1e-11, limit=500)[0]
    return integral / beta(a, b + k) / (1 + np.exp(gone - there))


for model in ["bg", "mbg"]:
    for name, parameters in [("published", published), ("others", others)]:
        for who, history in histories.items():
            there, gone = parts(model, parameters, *history)
            in13, in39 = (expected(model, parameters, history, weeks) for weeks in (13, 39))
            print(model, name, who, 1 / (1 + np.exp(gone - there)), in13, in39)
        four = [np.logaddexp(*parts(model, parameters, *histories[who])) for who in list(histories)[:4]]
        print(model, name, "log-likelihood", sum(four))

# CDNOW, first 39 weeks, as lines of repeat purchases, last, age (weeks) and average repeat spend.
if len(sys.argv) > 1:
    x, last, age, spend = np.loadtxt(sys.argv[1], delimiter=",", unpack=True)
    for model in ["bg", "mbg"]:
        fit = minimize(
            lambda logs: -np.logaddexp(*parts(model, np.exp(logs), x, last, age)).sum(),
            np.log((0.5, 5, 1, 2)),
            method="Nelder-Mead",
            options={"maxiter": 20_000, "maxfev": 20_000, "xatol": 1e-9, "fatol": 1e-10},
        )
        print(model, "most likely", np.exp(fit.x), -fit.fun)
    n, m = x[x > 0], spend[x > 0]

    def unlikely(logs):
        p, q, v = np.exp(logs)
        z = gammaln(p * n + q) - gammaln(p * n) - gammaln(q) + q * np.log(v) + (p * n - 1) * np.log(m)
        return -(z + p * n * np.log(n) - (p * n + q) * np.log(n * m + v)).sum()

    fit = minimize(unlikely, np.log((6, 4, 15)), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10})
    print("spend, most likely", np.exp(fit.x))

p, q, v = 6.249572, 3.744225, 15.443521
for x, spend in [(0, 0), (1, 50), (5, 10)]:
    # The mean of the customer's own rate, inverse: gamma with shape q + p x and rate v + x spend.
    print("spend", x, spend, p * (v + x * spend) / (q + p * x - 1))
