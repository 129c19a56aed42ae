"""``resources/openapi/payments.yaml`` holds for the simulator's answers and the adapter's requests."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.domain.ids import utc_now
from backoffice.external.http import HttpClient
from backoffice.external.payments import messages
from backoffice.external.payments.http_adapter import HttpPaymentGateway
from backoffice.external.serving import Listener
from tests.contracts.payments import PRICE, request, value_of
from tests.external.processes import ROOT, Child

DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "resources/openapi/payments.yaml").read_text())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_the_document_is_openapi() -> None:
    validate(DOCUMENT)


@SCHEMA.parametrize()
@hypothesis.settings(max_examples=8, deadline=None, database=None)
def test_the_simulator_answers_as_the_document_says(case: schemathesis.Case[Any], simulator: Child) -> None:
    case.call_and_validate(base_url=simulator.url, checks=CHECKS, timeout=10)


@pytest.mark.parametrize(
    "name, model",
    [
        ("Authorise", messages.AuthoriseBody),
        ("AmountRequest", messages.AmountBody),
        ("Empty", messages.EmptyBody),
        ("LinkRequest", messages.LinkBody),
        ("Payment", messages.PaymentMessage),
        ("Payments", messages.PaymentsMessage),
        ("Cards", messages.CardsMessage),
        ("Link", messages.LinkMessage),
        ("Error", messages.ErrorMessage),
        ("PaymentAuthorizationComplete", messages.PaymentAuthorizationComplete),
    ],
)
def test_messages_have_the_fields_of_the_document(name: str, model: type[messages.Message]) -> None:
    schema = DOCUMENT["components"]["schemas"][name]
    assert set(schema.get("properties", {})) == set(model.model_fields)
    required = {field for field, info in model.model_fields.items() if info.is_required()}
    assert set(schema.get("required", [])) == required


@pytest.fixture
async def document_gateway() -> AsyncIterator[HttpPaymentGateway]:
    """The adapter before a server made of the document alone: it checks requests and answers the examples."""
    routes = [
        Route(path, _answer_of(method, operation), methods=[method.upper()])
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
    ]
    listener = Listener(Starlette(routes=routes))
    await listener.open()
    async with HttpClient(listener.url) as client:
        yield HttpPaymentGateway(client)
    await listener.close()


async def test_the_adapter_asks_as_the_document_says(document_gateway: HttpPaymentGateway) -> None:
    gateway = document_gateway
    assert value_of(await gateway.list_saved_cards("a customer 29485?"))[0].token == "card_approves"
    asked = request(reference="B1000001-1")
    payment = value_of(await gateway.authorise(asked, key="authorise-B1000001-1"))
    assert payment.authorised == 107_972
    assert value_of(await gateway.find("B1000009-1 & more")) is None
    assert value_of(await gateway.capture(payment.gateway_id, PRICE, key="capture-1")).captured == 107_972
    assert value_of(await gateway.refund(payment.gateway_id, PRICE, key="refund-1")).refunded == 107_972
    assert value_of(await gateway.void(payment.gateway_id, key="void-1")).status == "voided"
    expires_at = utc_now() + timedelta(days=1)
    link = value_of(await gateway.create_link("B1000002-1", PRICE, expires_at=expires_at, key="link-1"))
    assert link.status == "open"
    assert value_of(await gateway.cancel_link(link.link_id, key="cancel-1")).link_id == link.link_id


def _answer_of(method: str, operation: dict[str, Any]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(incoming: Request) -> Response:
        problems = list(_problems(operation, incoming, await incoming.body()))
        if problems:
            return JSONResponse({"error": {"code": "not_as_documented", "message": "; ".join(problems)}}, 400)
        status, response = next(item for item in operation["responses"].items() if item[0].startswith("2"))
        content = _resolved(response)["content"]["application/json"]
        return JSONResponse(content["example"], int(status))

    return answer


def _problems(operation: dict[str, Any], incoming: Request, body: bytes) -> list[str]:
    places = {"path": incoming.path_params, "query": incoming.query_params, "header": incoming.headers}
    problems = []
    for parameter in map(_resolved, operation.get("parameters", [])):
        value = places[parameter["in"]].get(parameter["name"])
        problems += [f"{parameter['name']}: {error.message}" for error in _errors(parameter["schema"], value)]
    known = {_resolved(parameter)["name"] for parameter in operation.get("parameters", [])}
    problems += [f"unknown parameter {name}" for name in incoming.query_params if name not in known]
    if "requestBody" in operation:
        content = _resolved(operation["requestBody"])["content"]
        schema = content[incoming.headers["content-type"]]["schema"]
        problems += [error.message for error in _errors(schema, json.loads(body))]
    return problems


def _errors(schema: dict[str, Any], value: object) -> list[Any]:
    whole = {**schema, "components": DOCUMENT["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    return list(Draft202012Validator(whole, format_checker=checker).iter_errors(value))


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)
