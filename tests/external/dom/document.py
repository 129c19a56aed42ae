"""An OpenAPI document as a judge: is this request, is this answer what it describes?"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from backoffice.external.dom.wire import read_moment

Json = Any
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    read_moment(value)
    return True


class Document:
    """One document of ``resources/openapi``."""

    def __init__(self, file: Path) -> None:
        self.content: dict[str, Json] = yaml.safe_load(file.read_text(encoding="utf-8"))
        resource = Resource.from_contents(self.content, default_specification=DRAFT202012)
        self._registry: Registry[Json] = Registry().with_resource("urn:document", resource)

    def schema(self, name: str, value: Json) -> None:
        """Check a value against a schema by its name."""
        self._check({"$ref": f"urn:document#/components/schemas/{name}"}, value, name)

    def operation(self, method: str, path: str) -> tuple[dict[str, Json], dict[str, str]]:
        """Find the operation a request is for, and what stands in its path."""
        for template, item in self.content["paths"].items():
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
            if found and method.lower() in item:
                parameters = [*item.get("parameters", []), *item[method.lower()].get("parameters", [])]
                values = {name: unquote(value) for name, value in found.groupdict().items()}
                return {**item[method.lower()], "parameters": parameters}, values
        raise AssertionError(f"{method} {path} is not in the document")

    def check_request(
        self,
        method: str,
        path: str,
        query: Iterable[tuple[str, str]],
        headers: Mapping[str, str],
        body: bytes,
    ) -> str:
        """Check a whole request; return the operation's id."""
        operation, in_path = self.operation(method, path)
        given: dict[str, list[str]] = {}
        for name, value in query:
            given.setdefault(name, []).append(value)
        for parameter in map(self._resolved, operation["parameters"]):
            places: dict[str, Mapping[str, Json]] = {"path": in_path, "query": given, "header": headers}
            self._check_parameter(parameter, places[parameter["in"]])
        known = {
            parameter["name"]
            for parameter in map(self._resolved, operation["parameters"])
            if parameter["in"] == "query"
        }
        assert given.keys() <= known, f"{given.keys() - known} is not in the document"
        assert ("requestBody" in operation) == bool(body)
        if body:
            assert headers["content-type"] == "application/json"
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            self._check(schema, json.loads(body), "request")
        return str(operation["operationId"])

    def check_answer(self, method: str, path: str, status: int, body: bytes) -> None:
        """Check a whole answer."""
        operation, _ = self.operation(method, path)
        answers = operation["responses"]
        answer = self._resolved(answers.get(str(status)) or answers["default"])
        self._check(answer["content"]["application/json"]["schema"], json.loads(body), f"{status}")

    def _check_parameter(self, parameter: dict[str, Json], given: Mapping[str, Json]) -> None:
        name = parameter["name"] if parameter["in"] != "header" else parameter["name"].lower()
        if name not in given:
            assert not parameter.get("required"), f"{name} is missing"
            return
        value = given[name]
        schema = parameter["schema"]
        if parameter["in"] == "query" and schema.get("type") != "array":
            (value,) = value
            value = int(value) if schema.get("type") == "integer" else value
        self._check(schema, value, name)

    def _resolved(self, part: dict[str, Json]) -> dict[str, Json]:
        if "$ref" not in part:
            return part
        found: dict[str, Json] = self.content
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def _check(self, schema: dict[str, Json], value: Json, place: str) -> None:
        rooted = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
        validator = Draft202012Validator(rooted, registry=self._registry, format_checker=_FORMATS)
        faults = [f"{place}{list(fault.path)}: {fault.message}" for fault in validator.iter_errors(value)]
        assert not faults, "\n".join(faults[:5])
