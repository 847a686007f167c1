"""Requests for the pictures: today's, worded for them; those of past weeks are held-out labelled rows."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from training.labeled_data import DATA_FOLDER, LabeledRow, read_rows

TODAY = Path(__file__).with_name("picture_cases.csv")

SHOPS = ("青禾家居旗舰店", "朗目数码专营店", "南巷女装店")
EARLIER = {
    "屏幕左下角裂了一道，不知道是不是路上压的": "courier_damage",
    "右下角屏幕有道裂，本来就这样还是碰的说不清": "quality",
    "屏幕有一道裂，本来以为是贴膜划了": "quality",
    "用了三个月的平板我要全退，不退就投诉你们": "likely_abuse",
    "不给退我就去平台投诉，差评挨个写": "likely_abuse",
}
"""Decided before today: what today's cases resemble, with its fault."""

COURIERS = ("中通", "圆通", "顺丰", "韵达", "极兔", "德邦")
WEEKS = 8
CASES_A_WEEK = 150


def todays_requests(now: datetime) -> list[dict[str, Any]]:
    """What waits when the pictures are taken."""
    with TODAY.open(encoding="utf-8", newline="") as file:
        return [todays_request(row, number, now) for number, row in enumerate(csv.DictReader(file))]


def todays_request(row: dict[str, str], number: int, now: datetime) -> dict[str, Any]:
    """A line of the file as a request, with orders and buyers as different as real ones."""
    fen = int(row["yuan"]) * 100
    received = row["received"] == "yes"
    after_delivery = {"days_since_delivery": 1 + number % 6, "evidence_count": number % 4} if received else {}
    return after_delivery | {
        **{name: row[name] for name in ("text", "product_category", "sku_id", "courier", "platform")},
        "refund_id": f"TB20261123{7301 + number * 37}",
        "refund_amount_fen": fen,
        "order_amount_fen": fen + number % 3 * 600,
        "service_type": row["service_type"],
        "goods_received": received,
        "logistics_status": "delivered" if received else "in_transit",
        "buyer_account_age_days": 40 + number * 97,
        "buyer_orders_90d": 2 + number % 9,
        "buyer_refunds_90d": number % 3,
        "no_reason_return_eligible": row["product_category"] not in {"生鲜", "零食"},
        "respond_by": (now + timedelta(minutes=int(row["minutes_left"]))).isoformat(),
        "shop_id": SHOPS[number % len(SHOPS)],
    }


def earlier_requests() -> list[dict[str, Any]]:
    """The requests of `EARLIER`."""
    return [
        {
            "refund_id": f"TB20261122{4103 + number * 61}",
            "text": text,
            "refund_amount_fen": 259_900 - number * 20_000,
            "service_type": "return_and_refund",
            "goods_received": True,
            "platform": "jd",
            "product_category": "平板",
            "sku_id": "PB-7001",
            "courier": "京东快递",
            "shop_id": SHOPS[1],
        }
        for number, text in enumerate(EARLIER)
    ]


def past_rows() -> list[list[LabeledRow]]:
    """Rows the model has not been fitted on, by week, newest week last."""
    files = ("requests-750.jsonl", "requests-written.jsonl")
    rows = [row for name in files for row in read_rows(DATA_FOLDER / name) if row.split == "test"]
    random.Random(8).shuffle(rows)  # the same pictures each time
    return [rows[week * CASES_A_WEEK : (week + 1) * CASES_A_WEEK] for week in range(WEEKS)]


def past_request(row: LabeledRow, number: int, respond_by: datetime) -> dict[str, Any]:
    """The row as it came in once, sold by one of our shops; one SKU has had a bad week."""
    given = msgspec.to_builtins(row.request)
    fields = {name: value for name, value in given.items() if value is not None}
    this_week = number >= (WEEKS - 1) * CASES_A_WEEK
    hot = row.fault == "quality" and number % (3 if this_week else 19) == 0
    return fields | {
        "refund_id": f"TB2026P{number:05}",
        "respond_by": respond_by.isoformat(),
        "sku_id": "KW-8812" if hot else f"SKU-{number % 40:04}",
        "courier": COURIERS[number % len(COURIERS)],
        "shop_id": SHOPS[number % len(SHOPS)],
    }
