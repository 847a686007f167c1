"""The compiled scorer equals the scikit-learn reference it was compiled from."""

import dataclasses
import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import joblib
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.bundle import CLASSIFIER_FILE, Bundle, read_scorer
from model.classifier import TriageClassifier
from model.errors import RequestError
from model.explanation import contributions
from model.native import kernel
from model.policy import Policy
from model.request import TriageRequest
from model.scorer import Scorer
from model.taxonomy import FAULTS, LogisticsStatus, Platform, ServiceType
from model.triage import judge
from training.labeled_data import read_folder

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TOLERANCE = 1e-9
needs_kernel = pytest.mark.skipif(kernel is None, reason="no native kernel: no C compiler at install")

texts = st.text(
    st.one_of(
        st.sampled_from("杯子碎了箱坏发错货快递退款不想要色差尺码大小质量问题没有假 ,。!abT恤iPhone15😡"),
        st.characters(),
    ),
    max_size=80,
)
requests = st.builds(
    TriageRequest,
    refund_id=st.just("r"),
    text=texts,
    reason_code=st.none() | st.sampled_from(["七天无理由", "尺码不合适", "质量问题", "never seen"]),
    service_type=st.none() | st.sampled_from(ServiceType),
    goods_received=st.none() | st.booleans(),
    refund_amount_fen=st.none() | st.integers(0, 10**12),
    order_amount_fen=st.none() | st.integers(0, 10**12),
    product_category=st.none() | st.sampled_from(["手机", "服饰", "水果", "x"]),
    logistics_status=st.none() | st.sampled_from(LogisticsStatus),
    evidence_count=st.none() | st.integers(0, 1_000),
    days_since_delivery=st.none() | st.floats(0, 36_500),
    buyer_account_age_days=st.none() | st.floats(0, 36_500),
    buyer_orders_90d=st.none() | st.integers(0, 10**6),
    buyer_refunds_90d=st.none() | st.integers(0, 10**6),
    no_reason_return_eligible=st.none() | st.booleans(),
    platform=st.none() | st.sampled_from(Platform),
)
EDGES = [
    "",
    " ",
    "？！…",
    "坏" * 2_000,
    "碎了" * 1_000,
    "ab" * 1_000,
    "\ufdfa" * 2_000,  # one character that NFKC makes into eighteen
    "İ" * 2_000,  # one that grows in lower case
    "杯子\ud800碎了\udfff",
    "😡👍🏽🇨🇳 👨‍👩‍👧 坏了",
    "\x00\x1c\u200b\u3000碎\r\n了\t",
    "Type-C 接口 充不进电",
    "貨物損壞 外包裝也爛了",
]


@pytest.fixture(scope="module")
def reference(bundle: Bundle) -> TriageClassifier:
    """The fitted pipeline of the same bundle."""
    classifier: TriageClassifier = joblib.load(bundle.folder / CLASSIFIER_FILE)
    return classifier


@pytest.fixture(scope="module")
def without_kernel(bundle: Bundle) -> Scorer:
    """The scorer of the same bundle in numpy."""
    return read_scorer(bundle.folder, kernel=None)


def assert_equal(bundle: Bundle, reference: TriageClassifier, requests: Sequence[TriageRequest]) -> None:
    """Compare single, batch and reference probabilities of both heads."""
    fault, resolution = reference.predict_fault_proba(requests), reference.predict_resolution_proba(requests)
    many_fault, many_resolution = bundle.scorer.score_many(requests)
    singles = [bundle.scorer.score(request) for request in requests]
    for found, expected in (
        (many_fault, fault),
        (many_resolution, resolution),
        (np.array([score.fault for score in singles]), fault),
        (np.array([score.resolution for score in singles]), resolution),
    ):
        np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_labelled_rows_score_as_in_scikit_learn(bundle: Bundle, reference: TriageClassifier) -> None:
    """A sample; REFUND_TRIAGE_EVERY_ROW=1 takes all of data/labeled, half a minute more."""
    rows = read_folder()
    if not os.environ.get("REFUND_TRIAGE_EVERY_ROW"):
        rows = random.Random(6).sample(rows, 1_500)
    assert_equal(bundle, reference, [row.request for row in rows])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(requests, min_size=1, max_size=20))
def test_generated_requests_score_as_in_scikit_learn(
    bundle: Bundle, reference: TriageClassifier, batch: list[TriageRequest]
) -> None:
    assert_equal(bundle, reference, batch)


def test_odd_texts_score_as_in_scikit_learn(bundle: Bundle, reference: TriageClassifier) -> None:
    assert_equal(bundle, reference, [TriageRequest(refund_id="r", text=text) for text in EDGES])


def assert_same_without_kernel(bundle: Bundle, numpy: Scorer, requests: Sequence[TriageRequest]) -> None:
    """Compare everything a score holds, and the explanation of every label."""
    for request in requests:
        ours, theirs = bundle.scorer.score(request), numpy.score(request)
        np.testing.assert_allclose(ours.fault, theirs.fault, rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(ours.resolution, theirs.resolution, rtol=0, atol=TOLERANCE)
        assert ours.familiarity == theirs.familiarity  # compared with a threshold
        assert ours.grams.n_words == theirs.grams.n_words
        assert ours.grams.row_bytes == theirs.grams.row_bytes
        assert ours.grams.count_bytes == theirs.grams.count_bytes
        np.testing.assert_allclose(ours.grams.weights, theirs.grams.weights, atol=TOLERANCE)
        for label in FAULTS:
            assert contributions(bundle.scorer, ours, label) == pytest.approx(
                contributions(numpy, theirs, label), abs=TOLERANCE
            )


@needs_kernel
def test_the_kernel_scores_labelled_rows_as_numpy_does(bundle: Bundle, without_kernel: Scorer) -> None:
    rows = read_folder()
    if not os.environ.get("REFUND_TRIAGE_EVERY_ROW"):
        rows = random.Random(8).sample(rows, 1_000)
    assert_same_without_kernel(bundle, without_kernel, [row.request for row in rows])


@needs_kernel
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests)
def test_the_kernel_scores_generated_requests_as_numpy_does(
    bundle: Bundle, without_kernel: Scorer, request: TriageRequest
) -> None:
    assert_same_without_kernel(bundle, without_kernel, [request])


@needs_kernel
def test_the_kernel_scores_odd_texts_as_numpy_does(bundle: Bundle, without_kernel: Scorer) -> None:
    odd = [TriageRequest(refund_id="r", text=text) for text in EDGES]
    assert_same_without_kernel(bundle, without_kernel, odd)


@needs_kernel
def test_answers_are_the_same_without_the_kernel(
    bundle: Bundle, without_kernel: Scorer, policy: Policy
) -> None:
    plain = dataclasses.replace(bundle, scorer=without_kernel)
    for row in random.Random(9).sample(read_folder(), 500):
        ours, theirs = (
            judge(row.request, each, policy, now=NOW, triage_id="t", review_id="v")
            for each in (bundle, plain)
        )
        assert without_floats(msgspec.to_builtins(ours)) == without_floats(msgspec.to_builtins(theirs))


def without_floats(value: Any) -> Any:
    """Leave out what may differ in its last digits, and is compared above."""
    if isinstance(value, dict):
        return {key: without_floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [without_floats(part) for part in value]
    return None if isinstance(value, float) else value


class ReferenceScorer:
    """Stands where the compiled scorer stands, but asks scikit-learn for the probabilities."""

    def __init__(self, bundle: Bundle, reference: TriageClassifier) -> None:
        self._scorer = bundle.scorer
        self._reference = reference

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scorer, name)

    def score(self, request: TriageRequest) -> Any:
        return msgspec.structs.replace(
            self._scorer.score(request),
            fault=self._reference.predict_fault_proba([request])[0].tolist(),
            resolution=self._reference.predict_resolution_proba([request])[0].tolist(),
        )


def test_decisions_are_those_the_reference_would_make(
    bundle: Bundle, reference: TriageClassifier, policy: Policy
) -> None:
    slow = dataclasses.replace(bundle, scorer=ReferenceScorer(bundle, reference))  # type: ignore[arg-type]
    for row in random.Random(7).sample(read_folder(), 150):
        fast_answer, slow_answer = (
            judge(row.request, each, policy, now=NOW, triage_id="t", review_id="v") for each in (bundle, slow)
        )
        assert fast_answer.fault.category == slow_answer.fault.category
        assert fast_answer.resolution.recommended == slow_answer.resolution.recommended
        assert fast_answer.route == slow_answer.route
        assert fast_answer.review == slow_answer.review
        assert fast_answer.explanation == slow_answer.explanation


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", ["days_since_delivery", "buyer_account_age_days"])
def test_a_number_that_is_none_is_refused(bundle: Bundle, name: str, number: float) -> None:
    request = TriageRequest(refund_id="r", text="坏了", **{name: number})  # type: ignore[arg-type]
    with pytest.raises(RequestError) as refused:
        bundle.scorer.score(request)
    assert refused.value.field == name
    with pytest.raises(RequestError):
        bundle.scorer.score_many([request])
