"""Whether more rows would help: a learning curve cheap enough for every retraining."""

from collections.abc import Sequence

import msgspec
import numpy as np
from sklearn.svm import LinearSVC

from model.features import make_features
from model.taxonomy import FAULT_LABELS
from training.evaluation import macro_f1
from training.fit import FEATURE_SETTINGS, bare
from training.labeled_data import LabeledRow
from training.opinions import label_columns
from training.splits import in_drawn_order
from training.train import read_parameters

SHARES = (0.125, 0.25, 0.5, 1.0)
MAX_ROWS = 8_000
"""More rows would cost time and change the picture little."""


def learning_curve_points(train: Sequence[LabeledRow], test: Sequence[LabeledRow]) -> list[tuple[int, float]]:
    """Return macro-F1 on the test rows by number of training rows, of a linear model on the text alone.

    It is not the triage model, whose cross-validated calibration takes ten times as long: the slope of the
    curve is what counts, not its height. `refund-train learning-curve` measures the model itself.
    """
    drawn = in_drawn_order(train)[:MAX_ROWS]
    settings = msgspec.structs.asdict(read_parameters())
    settings = {name: settings[name] for name in FEATURE_SETTINGS}
    labels = label_columns([row.fault for row in test])
    points = []
    for size in sorted({round(len(drawn) * share) for share in SHARES}):
        part = drawn[:size]
        features = make_features(**settings)
        known = features.fit_transform([bare(row.request) for row in part])
        machine = LinearSVC(random_state=0).fit(known, label_columns([row.fault for row in part]))
        said = machine.predict(features.transform([bare(row.request) for row in test]))
        points.append((size, macro_f1(labels, np.eye(len(FAULT_LABELS))[said])))
    return points
