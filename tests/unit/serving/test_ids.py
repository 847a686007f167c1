"""Ids of answers sort by the time they were made."""

import time
import uuid

from serving.scoring.service import new_id


def test_ids_are_of_version_seven_unlike_and_sort_by_time() -> None:
    ids = []
    for _ in range(5):
        ids.append(new_id())
        time.sleep(0.002)
    assert {uuid.UUID(each).version for each in ids} == {7}
    assert ids == sorted(set(ids))
