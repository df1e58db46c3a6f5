"""The API keeps the contract that it publishes: schemathesis makes calls, good and bad, and checks every answer."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi import checks as contract

from cmq.opendata.formats import as_json
from cmq.web.api import openapi
from tests.drawing import few
from tests.opendata.publishing import a_job, measure, publish

pytestmark = pytest.mark.django_db
CHECKS: list[Any] = [
    not_a_server_error,
    contract.status_code_conformance,
    contract.content_type_conformance,
    contract.response_schema_conformance,
    contract.negative_data_rejection,
]
# Two kinds of calls for each of the operations.
EXAMPLES = settings(
    max_examples=few(6),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Calls through WSGI end like real ones: that must not end the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def register(settings: Any) -> None:
    settings.API_PER_MINUTE = 10**6
    measure(publish("Ouvert"), "apprentis", Decimal(128))
    publish("Autre")
    a_job(definition="Aide des personnes.")


def document() -> dict[str, Any]:
    return orjson.loads(as_json(openapi.document("http://testserver")))


def test_the_description_is_openapi() -> None:
    described = document()
    validate(described)
    assert described["openapi"].startswith("3.1")
    for path, item in described["paths"].items():
        operation = item["get"]
        assert operation["summary"] and operation["responses"], path
        assert all(each["description"] for each in operation.get("parameters", ())), path


@pytest.mark.hypothesis
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_call_is_answered_as_the_contract_says(mode: GenerationMode) -> None:
    load_all_checks()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    seen: set[tuple[str, int]] = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        # Without a parameter, nothing can be wrong.
        if mode is GenerationMode.POSITIVE or list(operation.iter_parameters()):
            call_often(operation, mode, seen)
    statuses = {status for _, status in seen}
    # The address of the description itself is not called again.
    paths = [path for path, item in document()["paths"].items() if path != "/openapi.json"]
    paths = [path for path in paths if mode is GenerationMode.POSITIVE or path != "/"]
    assert {label for label, _ in seen} == {f"GET {path}" for path in paths}
    assert statuses >= ({200, 404} if mode is GenerationMode.POSITIVE else {400, 401})


def call_often(operation: Any, mode: GenerationMode, seen: set[tuple[str, int]]) -> None:
    @EXAMPLES
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        seen.add((operation.label, response.status_code))

    call()
