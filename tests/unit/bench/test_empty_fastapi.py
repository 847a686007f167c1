"""The floor checks the same request as the service."""

from bench.empty_fastapi import RequestModel
from model.request import TriageRequest


def test_the_floor_has_the_fields_of_a_request() -> None:
    assert tuple(RequestModel.model_fields) == TriageRequest.__struct_fields__
