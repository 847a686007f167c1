"""Structured fields help and never dominate: where they are missing, nothing is lost."""

import msgspec

from model.bundle import Bundle
from training.evaluation import macro_f1
from training.fit import bare, fit_classifier
from training.labeled_data import LabeledRow
from training.opinions import label_columns
from training.train import of_split, read_parameters

TOLERANCE = 0.03
"""Macro-F1 that 150 test rows may differ by chance between two fits on the same rows."""


def test_bare_text_works_as_well_as_a_text_only_model(bundle: Bundle, seed_rows: list[LabeledRow]) -> None:
    test = of_split(seed_rows, "test")
    texts, labels = [bare(row.request) for row in test], label_columns([row.fault for row in test])
    of_text_only = fit_classifier(
        [msgspec.structs.replace(row, request=bare(row.request)) for row in of_split(seed_rows, "train")],
        read_parameters(),
    ).predict_fault_proba(texts)
    ours, _ = bundle.scorer.score_many(texts)
    assert macro_f1(labels, ours) >= macro_f1(labels, of_text_only) - TOLERANCE
