"""Fits BG/NBD with the package lifetimes; called by bench/fits.ts.

Usage: fits.py ROUNDS CDNOW_SAMPLE.csv. Prints JSON: for each data set the histories (frequency, recency and age in
days), the parameters and the seconds of every fit, the first being the warm-up.
"""

import json
import os
import sys
import time

import pandas
from lifetimes import BetaGeoFitter
from lifetimes import datasets
from lifetimes.utils import summary_data_from_transaction_data

END = "1997-09-30"


def fitted(purchases, rounds):
    days = summary_data_from_transaction_data(
        purchases[purchases["at"] <= END], "customer", "at", observation_period_end=END
    )
    seconds = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        model = BetaGeoFitter().fit(days["frequency"], days["recency"] / 7, days["T"] / 7)
        seconds.append(time.perf_counter() - start)
    return {
        "histories": days[["frequency", "recency", "T"]].values.tolist(),
        "parameters": dict(model.params_),
        "seconds": seconds,
    }


rounds, sample = int(sys.argv[1]), sys.argv[2]
master = os.path.join(os.path.dirname(datasets.__file__), "CDNOW_master.txt")
master = pandas.read_csv(master, sep=r"\s+", header=0, usecols=[0, 1], dtype=str)
master.columns = ["customer", "at"]
master["at"] = pandas.to_datetime(master["at"], format="%Y%m%d")
sample = pandas.read_csv(sample)[["customerId", "purchasedAt"]]
sample.columns = ["customer", "at"]
sample["at"] = pandas.to_datetime(sample["at"])
print(json.dumps({"sample": fitted(sample, rounds), "master": fitted(master, rounds)}))
