"""A place in the queue's order, as an opaque word."""

import base64
import binascii
from datetime import UTC, datetime

from sqlalchemy import RowMapping

from model.errors import RequestError
from serving.review.listing import Place


def encode_cursor(row: RowMapping) -> str:
    """Name the place of a review."""
    place = f"{row['rank']}|{row['respond_by'].isoformat()}|{row['review_id']}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def decode_cursor(cursor: str | None) -> Place | None:
    """Read a place.

    Raises
    ------
    RequestError
        When it is not one this service gave out.
    """
    if cursor is None:
        return None
    try:
        rank, moment, review_id = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        place = (int(rank), datetime.fromisoformat(moment).astimezone(UTC), review_id)
    except (ValueError, OverflowError, binascii.Error):
        raise RequestError("cursor", "not a cursor of this list") from None
    if abs(place[0]) >= 2**63:
        raise RequestError("cursor", "not a cursor of this list")
    return place
