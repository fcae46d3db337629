"""The emulator's tables: which operations there are and what their bodies hold, generated out of Azure's own SDKs.

It must not import an SDK: `python -m tools.generate_tables` did, and left the JSON that lies in `data/`. What no
current SDK has is in `written/`, by hand after Azure's specifications, in the same form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..arm import validation
from ..arm.validation import Mode, Problem
from . import exceptions, forms
from . import files as table_files
from .route import Route, route
from .router import Router
from .schema import Schema

__all__ = ["Problem", "Route", "Tables", "load"]

DATA, WRITTEN = Path(__file__).parent / "data", Path(__file__).parent / "written"


class Tables:
    """All tables. Built once at the emulator's start; what is derived from them is kept as it is asked for."""

    def __init__(
        self,
        routes: Sequence[Route],
        schemas: Mapping[str, Schema],
        versions: exceptions.Versions,
        sources: Mapping[str, str],
    ) -> None:
        self.routes = tuple(routes)
        self.sources = dict(sources)  # table → "azure-mgmt-storage 25.3.0"
        self._schemas, self._versions = dict(schemas), versions
        self._router = Router(routes)
        self._flagged: dict[tuple[str, str], tuple[str, ...]] = {}  # computed once: they are asked for on every request
        self._known_versions: dict[str, tuple[str, ...]] = {}

    # -- routes --------------------------------------------------------------------------------------------------------

    def match(self, method: str, path: str) -> Route | None:
        """The route of a request with its parameters; `path` is percent-decoded, without query."""
        return self._router.match(method, path)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods known for the path: with some, another is answered 405; with none, 404 or 501."""
        return self._router.methods(path)

    def api_versions(self, resource_type: str) -> tuple[str, ...]:
        """Every api-version that the service is known to have for the type, newest first."""
        key = resource_type.lower()
        found = self._known_versions.get(key)
        if found is None:
            own = {r.api_version for r in self.routes if r.resource_type.lower() == key}
            found = self._known_versions[key] = tuple(sorted(own | self._versions.of(key), reverse=True))
        return found

    # -- bodies --------------------------------------------------------------------------------------------------------

    def validate(self, route: Route, body: Any, op: str = "PUT") -> list[Problem]:
        """What is wrong with the body; `op` PATCH requires nothing. Routes without body take anything."""
        if route.body_type is None:
            return []
        if body is None or body == {}:
            missing = route.body_required and op != "PATCH" and body is None
            if missing:
                return [Problem("", "MissingProperty", "The request needs a body.")]
        schema, name = self._type(route.body_type)
        return validation.problems(schema, name, body, Mode.MERGE if op == "PATCH" else Mode.WHOLE)

    def validate_path(self, route: Route) -> list[Problem]:
        """Names that break the pattern or length of their parameter: for requests that create."""
        return [
            problem
            for name, rules in route.path_rules.items()
            for problem in validation.text_problems(rules, route.params.get(name, ""), name)
        ]

    def validate_answer(self, type_name: str, body: Any) -> list[Problem]:
        """What an answer holds that its model does not know: for tests of the emulator itself."""
        schema, name = self._type(type_name)
        return validation.problems(schema, name, body, Mode.ANSWER)

    def strip_read_only(self, route: Route, body: Any) -> Any:
        """The body as the service reads it: no read-only input, names and enumerations in the table's spelling."""
        if route.body_type is None:
            return body
        schema, name = self._type(route.body_type)
        return forms.accepted(schema, name, body, drop_null=route.method == "PUT")

    def take_write_only(self, type_name: str, body: Any) -> tuple[Any, dict[str, Any]]:
        """The body without its secrets, and the secrets alone in the same nesting (`Resource.secret`)."""
        schema, name = self._type(type_name)
        return forms.without(schema, name, body, "write_only")

    def read_only(self, type_name: str) -> tuple[str, ...]:
        """Dotted wire paths that the service sets and never takes; `[]` for array items, `*` for map values."""
        return self._paths(type_name, "read_only")

    def write_only(self, type_name: str) -> tuple[str, ...]:
        """Dotted wire paths that are never answered."""
        return self._paths(type_name, "write_only")

    def schema(self, table: str) -> Schema:
        """The types of one table."""
        return self._schemas[table]

    def _paths(self, type_name: str, flag: str) -> tuple[str, ...]:
        found = self._flagged.get((type_name, flag))
        if found is None:
            schema, name = self._type(type_name)
            found = self._flagged[type_name, flag] = tuple(dict.fromkeys(schema.paths(name, flag)))
        return found

    def _type(self, type_name: str) -> tuple[Schema, str]:
        table, _, name = type_name.partition("/")
        return self._schemas[table], name


def load(folder: Path = DATA, exceptions_file: Path = exceptions.FILE, written: Path = WRITTEN) -> Tables:
    """The tables of both folders with the hand-written exceptions laid over them. A few milliseconds."""
    found = {**table_files.read(folder), **table_files.read(written)}
    extra = exceptions.read(exceptions_file)
    for table, entry in found.items():
        extra.apply(table, entry)
    routes = [route(table, line) for table, entry in found.items() for line in entry["routes"]]
    schemas = {table: Schema(entry["types"], entry["enums"]) for table, entry in found.items()}
    sources = {
        table: f"{entry['source']['distribution']} {entry['source']['version']}" for table, entry in found.items()
    }
    return Tables(routes, schemas, extra.versions, sources)
