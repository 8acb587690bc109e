"""Correlation and area under the curve, for test/domain/backtest.test.ts.

Python 3, numpy 2.4.6, scipy 1.17.1: Matthews' correlation is Pearson's of two yes-or-no variables, the area is the
Mann-Whitney statistic over all pairs.
"""

import numpy as np
from scipy.stats import mannwhitneyu

flagged = np.repeat([1, 1, 0, 0], [90, 5, 10, 95])
lost = np.repeat([1, 0, 1, 0], [90, 5, 10, 95])
print("correlation", np.corrcoef(flagged, lost)[0, 1])

lost = [0.9, 3.1, 2.2, 2.2, 5.0, 0.4, 1.7]
others = [0.1, 2.2, 1.7, 0.4, 0.3, 1.2, 0.4, 3.1, 0.2]
print("area", mannwhitneyu(lost, others).statistic / (len(lost) * len(others)))
