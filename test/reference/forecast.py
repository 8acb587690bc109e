"""A life table with two ends, and the error of a forecast, for test/domain/forecast.test.ts.

Python 3, numpy 2.4.6, statsmodels 0.15.0. Cases by the month of their life in which they came back, ended otherwise, or
were last seen undecided. What is forecast for who has got through the first month is the rise of the cumulative
incidence since then, by what has got through it.
"""

import numpy as np
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

# month of life from 1, end (1 came back, 2 ended otherwise, 0 still open), cases
seen = [(1, 1, 40), (1, 2, 10), (1, 0, 50), (2, 1, 30), (2, 2, 25), (2, 0, 45), (3, 1, 12), (3, 2, 60), (3, 0, 20)]
seen += [(4, 1, 3), (4, 2, 30), (4, 0, 5)]
month, end, cases = (np.array(column) for column in zip(*seen))
incidence = CumIncidenceRight(month, end, freq_weights=cases)
survival = SurvfuncRight(month, (end > 0).astype(int), freq_weights=cases)
came = incidence.cinc[0]
print("by months", incidence.times, "came back", came, "undecided", survival.surv_prob)
print("months 2 to 4 of who got through the first", np.diff(came) / survival.surv_prob[0])
