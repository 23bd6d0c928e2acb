"""The description is true: what generated requests are answered with is what it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from whence.recording.recorder import Recorder
from whence.server.access.gate import Gate
from whence.server.api import all_routes
from whence.server.app import build
from whence.server.openapi import describe
from whence.server.service import Service
from whence.store.sqlite import SqliteStore
from whence.testing.worlds import Version, pipeline

DESCRIPTION = describe(all_routes())
OPERATIONS = [
    (path, method) for path, methods in DESCRIPTION["paths"].items() for method in methods
]
UNSAID = [positive_data_acceptance, ignored_auth]
"""What a REF may be, no schema can say: that it names nothing, or no such thing, is an answer."""

TOO_LARGE = 413
"""A refusal, too, which the checks do not count as one."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    folder = tmp_path_factory.mktemp("described")
    store = SqliteStore(folder)
    Recorder(store).record_runs([*pipeline(), *pipeline(Version(2))])
    gate = Gate.open(folder, names=frozenset({"testserver"}))
    service = Service(store, folder, gate)
    app = build(service, all_routes())
    schema = schemathesis.openapi.from_dict(DESCRIPTION)
    schema.app = app
    yield schema
    service.close()


def hold(api: BaseSchema, path: str, method: str, examples: int) -> None:
    """Ask for an operation with what fits its description, and with what does not."""
    operation = api[path][method]
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    strategy = good
    if operation.body or operation.query or operation.path_parameters:
        strategy = good | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def ask(case: "Case[Any]") -> None:
        answer = case.call()
        refused = [negative_data_rejection] if answer.status_code == TOO_LARGE else []
        case.validate_response(answer, excluded_checks=[*UNSAID, *refused])

    ask()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_are_as_described(api: BaseSchema, path: str, method: str) -> None:
    hold(api, path, method, 8)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_many_answers_are_as_described(api: BaseSchema, path: str, method: str) -> None:
    hold(api, path, method, 150)


def test_every_route_is_described() -> None:
    rows = {(route.path, route.method.lower()) for route in all_routes()}
    assert len(OPERATIONS) == len(rows) - 1, "all but the description itself"


def test_the_schemas_are_schemas() -> None:
    for schema in DESCRIPTION["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_no_two_operations_share_a_name() -> None:
    ids = [DESCRIPTION["paths"][path][method]["operationId"] for path, method in OPERATIONS]
    assert len(set(ids)) == len(ids)
