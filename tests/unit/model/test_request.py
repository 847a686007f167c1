"""The request contract: what is let in, and what a refusal says."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import RequestError
from model.request import MAX_FEN, MAX_TEXT_CHARS, TriageRequest, decode_request, request_from
from model.taxonomy import LogisticsStatus, Platform, ServiceType

SECRET = "我的手机号是13800001111"
GOOD: dict[str, Any] = {"refund_id": "R1", "text": SECRET}


def refusal(body: bytes) -> RequestError:
    with pytest.raises(RequestError) as caught:
        decode_request(body)
    assert SECRET not in str(caught.value)
    assert "13800001111" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"shoe_size": 42}, "shoe_size"),
        ({"text": 5}, "text"),
        ({"text": None}, "text"),
        ({"text": [SECRET]}, "text"),
        ({"text": SECRET * 200}, "text"),
        ({"text": "长" * 1_000_000}, "text"),
        ({"refund_id": ""}, "refund_id"),
        ({"refund_id": "R" * 129}, "refund_id"),
        ({"refund_id": "R\x00"}, "refund_id"),
        ({"refund_amount_fen": -1}, "refund_amount_fen"),
        ({"refund_amount_fen": 59.5}, "refund_amount_fen"),
        ({"refund_amount_fen": SECRET}, "refund_amount_fen"),
        ({"refund_amount_fen": MAX_FEN + 1}, "refund_amount_fen"),
        ({"order_amount_fen": 10**30}, "order_amount_fen"),
        ({"goods_received": "yes"}, "goods_received"),
        ({"goods_received": 1}, "goods_received"),
        ({"evidence_count": True}, "evidence_count"),
        ({"days_since_delivery": -0.5}, "days_since_delivery"),
        ({"service_type": SECRET}, "service_type"),
        ({"platform": "ebay"}, "platform"),
        ({"logistics_status": "vanished"}, "logistics_status"),
        ({"reason_code": "因" * 65}, "reason_code"),
        ({"sku_id": "a\nb"}, "sku_id"),
        ({"respond_by": "tomorrow"}, "respond_by"),
        ({"respond_by": "2026-11-23T08:00:00"}, "respond_by"),
        ({"respond_by": "0001-01-01T00:00:00+14:00"}, "respond_by"),
        ({"respond_by": "9999-12-31T23:59:59-12:00"}, "respond_by"),
        ({"refund_version": -1}, "refund_version"),
    ],
)
def test_a_bad_field_is_refused_by_name_and_never_repeated(change: dict[str, Any], field: str) -> None:
    assert refusal(msgspec.json.encode(GOOD | change)).field == field


@pytest.mark.parametrize("missing", ["refund_id", "text"])
def test_a_missing_field_is_named(missing: str) -> None:
    error = refusal(msgspec.json.encode({name: v for name, v in GOOD.items() if name != missing}))
    assert (error.field, error.problem) == (missing, "required field is missing")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b'{"refund_id": "R1", "text": ',
        b'{"refund_id": "R1", "text": "\xff\xfe"}',
        b'{"refund_id": "R1", "text": "\\ud800"}',
        b'{"refund_id": "R1", "text": "x", "days_since_delivery": NaN}',
        b'{"refund_id": "R1", "text": "x", "days_since_delivery": Infinity}',
        b"[]",
        b"5",
        b'{"refund_id": "R1", "text": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    ],
)
def test_what_is_no_json_object_is_refused_as_the_body(body: bytes) -> None:
    assert refusal(body).field in {"body", "text"}


def test_a_number_beyond_floating_point_is_refused() -> None:
    assert (
        refusal(b'{"refund_id":"R1","text":"x","days_since_delivery":1e999}').field == "days_since_delivery"
    )


def test_everything_but_id_and_text_may_be_missing() -> None:
    request = decode_request(b'{"refund_id": "R1", "text": ""}')
    assert {name for name in request.__struct_fields__ if getattr(request, name) is not None} == {
        "refund_id",
        "text",
    }


def test_the_longest_text_allowed_is_let_in() -> None:
    assert len(decode_request(msgspec.json.encode(GOOD | {"text": "长" * MAX_TEXT_CHARS})).text) == 2_000


codes = st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=64)
fen = st.none() | st.integers(0, MAX_FEN)
counts = st.none() | st.integers(0, 1_000_000)
days = st.none() | st.floats(0, 36_500, allow_nan=False)
moments = st.datetimes(
    datetime(2000, 1, 2),
    datetime(2199, 12, 30),
    timezones=st.just(UTC) | st.just(timezone(timedelta(hours=8))),
)

requests = st.builds(
    TriageRequest,
    refund_id=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=128),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    reason_code=codes,
    service_type=st.none() | st.sampled_from(ServiceType),
    goods_received=st.none() | st.booleans(),
    refund_amount_fen=fen,
    order_amount_fen=fen,
    product_category=codes,
    logistics_status=st.none() | st.sampled_from(LogisticsStatus),
    evidence_count=st.none() | st.integers(0, 1_000),
    days_since_delivery=days,
    buyer_account_age_days=days,
    buyer_orders_90d=counts,
    buyer_refunds_90d=counts,
    no_reason_return_eligible=st.none() | st.booleans(),
    respond_by=st.none() | moments,
    platform=st.none() | st.sampled_from(Platform),
    refund_version=st.none() | st.integers(0, 2**53),
    sku_id=codes,
    courier=codes,
    shop_id=codes,
)


@given(requests)
def test_every_valid_request_survives_json_and_a_plain_dict(request: TriageRequest) -> None:
    assert decode_request(msgspec.json.encode(request)) == request
    assert request_from(msgspec.to_builtins(request)) == request


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_request_error(body: bytes) -> None:
    with contextlib.suppress(RequestError):
        decode_request(body)
