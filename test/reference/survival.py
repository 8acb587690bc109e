"""Kaplan-Meier with Greenwood's interval on the log-log scale, for test/domain/statistics/survival.test.ts.

Python 3, lifelines 0.30.3, statsmodels 0.15.0. The weeks of remission under 6-MP stand in lifelines as well as here.
"""

from lifelines import KaplanMeierFitter
from lifelines.datasets import load_leukemia
from statsmodels.duration.survfunc import SurvfuncRight

weeks = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
times = [int(text.rstrip("+")) for text in weeks]
ended = [not text.endswith("+") for text in weeks]

published = load_leukemia().query("Rx == 0")
same = sorted(zip(published["t"], published["status"])) == sorted(zip(times, map(int, ended)))
print("the same as in lifelines:", same)

curve = KaplanMeierFitter().fit(times, ended)
low, high = curve.confidence_interval_.columns
for time, row in curve.event_table.iterrows():
    if row["observed"] > 0:
        interval = curve.confidence_interval_.loc[time]
        survival = curve.survival_function_.loc[time].iloc[0]
        figures = [survival, interval[low], interval[high]]
        print(int(time), int(row["at_risk"]), int(row["observed"]), [round(one, 10) for one in figures])
print("median", curve.median_survival_time_)
print("statsmodels", SurvfuncRight(times, ended).surv_prob.round(10))
