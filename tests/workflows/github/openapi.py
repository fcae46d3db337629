"""GitHub's OpenAPI description: requests and answers are held to it, answers are filled up by it.

The file is a slice of `@octokit/openapi`, made by `python -m tools.github_openapi`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

FILE = Path(__file__).resolve().parents[2] / "testdata/github/openapi.json"
HOST = "https://api.github.com"
_FORMATS = {"uri": "https://github.example/", "date-time": "2020-01-01T00:00:00Z", "email": "nobody@github.example"}
_MISSING: Any = object()


class Description:
    """`template` is a path as GitHub writes it: `/repos/{owner}/{repo}/issues`."""

    def __init__(self, file: Path = FILE) -> None:
        from openapi_core import Config, OpenAPI

        self._spec: dict[str, Any] = json.loads(file.read_text(), object_hook=_nullable)
        self._spec["servers"] = [{"url": HOST}]
        self._api = OpenAPI.from_dict(self._spec, config=Config(spec_validator_cls=None))

    def knows(self, method: str, template: str) -> bool:
        return method.lower() in self._spec["paths"].get(template, {})

    def wrong(
        self,
        method: str,
        template: str,
        params: dict[str, str],
        query: dict[str, str],
        asked: bytes,
        status: int,
        answer: bytes,
    ) -> tuple[str | None, str | None]:
        """(what is wrong with the request, with the answer)."""
        from openapi_core.exceptions import OpenAPIError
        from openapi_core.testing import MockRequest, MockResponse

        path = template
        for name, value in params.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        kind = "application/json"
        request = MockRequest(HOST, method.lower(), path, args=query, data=asked or None, content_type=kind)
        found: list[str | None] = [None, None]
        try:
            self._api.validate_request(request)
        except OpenAPIError as error:
            found[0] = _words(error)
        try:
            self._api.validate_response(request, MockResponse(answer, status_code=status, content_type=kind))
        except OpenAPIError as error:
            found[1] = _words(error)
        return found[0], found[1]

    def fill(self, method: str, template: str, status: int, known: Any) -> Any:
        """The answer with every field that GitHub always gives; those that nobody here knows are empty."""
        answer = self._resolved(self._spec["paths"][template][method.lower()]["responses"].get(str(status), {}))
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        return known if schema is None else self._fill(schema, known)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._spec
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _fill(self, schema: dict[str, Any], known: Any) -> Any:
        schema = self._resolved(schema)
        if known is None:
            return None
        if "allOf" in schema:
            schema = self._together(schema)
        for key in ("oneOf", "anyOf"):
            if key in schema and "properties" not in schema:
                return self._fill(self._fitting(schema[key], known), known)
        if schema.get("type") == "object" or "properties" in schema:
            return self._object(schema, known)
        if schema.get("type") == "array":
            return [self._fill(schema.get("items", {}), item) for item in (() if known is _MISSING else known)]
        return _scalar(schema) if known is _MISSING else known

    def _object(self, schema: dict[str, Any], known: Any) -> Any:
        if known is _MISSING and schema.get("nullable"):
            return None
        given: dict[str, Any] = {} if known is _MISSING else dict(known)
        required = schema.get("required", ())
        for name, inner in schema.get("properties", {}).items():
            if name in given or name in required:
                given[name] = self._fill(inner, given.get(name, _MISSING))
        return given

    def _together(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        required: list[str] = []
        for part in (*schema["allOf"], {k: v for k, v in schema.items() if k != "allOf"}):
            part = self._resolved(part)
            properties |= part.get("properties", {})
            required += part.get("required", ())
        return {"type": "object", "properties": properties, "required": required, "nullable": schema.get("nullable")}

    def _fitting(self, choices: list[dict[str, Any]], known: Any) -> dict[str, Any]:
        kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
        wanted = kinds.get(type(known))
        for choice in choices:
            found = self._resolved(choice)
            kind = "object" if "properties" in found or "allOf" in found else found.get("type")
            if wanted is None or kind == wanted:
                return choice
        return choices[0]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """GitHub says `nullable` of enumerations and answers null; OpenAPI 3.0.3 wants null among the values too."""
    if schema.get("nullable") is True and isinstance(schema.get("enum"), list):
        schema["enum"].append(None)
    return schema


def _scalar(schema: dict[str, Any]) -> Any:
    if schema.get("nullable"):
        return None
    if schema.get("enum"):
        return schema["enum"][0]
    match schema.get("type"):
        case "string":
            return _FORMATS.get(schema.get("format", ""), "")
        case "integer" | "number":
            return 0
        case "boolean":
            return False
    return {}


def _words(error: Exception) -> str:
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        inner = getattr(current, "schema_errors", ())
        parts += [
            f"{_where(item)}: {item.message[:200]}" for outer in inner for item in (outer, *(outer.context or ()))
        ]
        if not inner:
            parts.append(str(current)[:200])
        current = current.__cause__
    return " / ".join(dict.fromkeys(filter(None, parts)))


def _where(error: Any) -> str:
    return "/".join(map(str, error.absolute_path))


@cache
def description() -> Description:
    """Read once for a process: it takes a quarter of a second."""
    return Description()
