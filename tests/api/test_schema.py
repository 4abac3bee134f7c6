"""Whatever fits the OpenAPI document, or nearly fits it, gets an answer that the document knows, and never a 5xx."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from router_models import RouterPanel
from tests.api.serving import api_app
from tests.api.serving import settings as api_settings
from tests.llms.misbehaving import misbehaving

ANSWER_S = 120
"""Routers that ask the local LLM take their time on a busy machine."""

OPERATIONS = [
    "GET /api/info",
    "GET /api/routers",
    "GET /api/routers/{router_id}",
    "GET /health",
    "GET /metrics",
    "GET /models",
    "GET /v1/models",
    "GET /v1/models/{name}",
    "POST /api/decide",
    "POST /predict",
    "POST /predict/batch",
    "POST /route",
    "POST /route/with-file",
    "POST /v1/chat/completions",
]
TRIED = [(name, mode) for mode in GenerationMode for name in OPERATIONS if mode.is_positive or name.startswith("POST")]
"""A GET has nothing that could break its schema."""


@pytest.fixture(scope="module")
def operations(panel: RouterPanel) -> Iterator[dict[str, Any]]:
    with misbehaving() as server:
        app = api_app(panel, api_settings(server, api_cached_scores=64))
        schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        found = (result.ok() for result in schema.get_all_operations())
        yield {f"{operation.method.upper()} {operation.path}": operation for operation in found}


def test_every_operation_is_tried(operations: dict[str, Any]) -> None:
    assert sorted(name for name in operations if "/defect" not in name) == OPERATIONS


@pytest.mark.parametrize(("name", "mode"), TRIED, ids=str)
def test_every_answer_is_as_documented(operations: dict[str, Any], name: str, mode: GenerationMode) -> None:
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(case=operations[name].as_strategy(generation_mode=mode))
    def try_it(case: Case) -> None:
        # No schema can say that a file is an image, or that a text holds more than control characters.
        case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=ANSWER_S)

    try_it()
