"""Operations of an SDK, read by AST from `operations/*_operations.py` without importing it.

`build_*_request` holds method, URL, query and api-version; the client's method holds statuses, headers per status,
the long-running style and the types of body and answer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .sources import Source

PLAIN_ANSWERS = frozenset({"str", "int", "float", "bool", "rfc-1123", "bytearray", "bytes", "IO"})


@dataclass(frozen=True, slots=True)
class Request:
    """What `build_*_request` says."""

    method: str
    template: str
    api_version: str | None
    path_rules: dict[str, dict[str, Any]] = field(default_factory=dict)  # wire name → pattern, min_length, max_length
    query: tuple[str, ...] = ()
    required_query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the SDK knows it."""

    group: str
    name: str
    request: Request
    statuses: tuple[int, ...]
    long_running: bool
    headers: dict[int, tuple[str, ...]]  # status → the answer's headers that the client reads
    final_state_via: str | None
    paged: bool
    body: str | None
    body_required: bool
    answer: str | None  # the item's type where paged


def read(source: Source) -> list[Operation]:
    """All operations of the wanted groups, in the order of the files."""
    found: list[Operation] = []
    for file in sorted(source.folder.glob("operations/*_operations.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        builders = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name.endswith(("Operations", "ClientMixin")):
                group = node.name.removesuffix("Operations") or "Operations"
                if source.wants(group):
                    found += _group(group, node, builders)
    return found


def _group(group: str, node: ast.ClassDef, builders: dict[str, ast.FunctionDef]) -> Iterator[Operation]:
    # Of overloads the last definition counts: it is the one with a body.
    methods = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
    for name, method in methods.items():
        core = methods.get(f"_{name[6:]}_initial", method) if name.startswith("begin_") else method
        used = [_name(call.func) for call in _calls(core) if (_name(call.func) or "").startswith("build_")]
        if not name.startswith("_") and used and used[0] in builders:
            yield _operation(group, name, method, core, _request(builders[used[0]]))


def _operation(group: str, name: str, method: ast.FunctionDef, core: ast.FunctionDef, request: Request) -> Operation:
    long_running = name.startswith("begin_")
    answers = [t for t in _answers(method if long_running else core) if not t.startswith("Error")]
    paged = any(_name(call.func) == "ItemPaged" for call in _calls(method))
    body, required = _body(core)
    return Operation(
        group=group,
        name=name.removeprefix("begin_"),
        request=request,
        statuses=_statuses(core),
        long_running=long_running,
        headers=_headers(core),
        final_state_via=_final_state_via(method),
        paged=paged,
        body=body,
        body_required=required,
        answer=_item(answers[0]) if answers else None,
    )


def _request(builder: ast.FunctionDef) -> Request:
    method = template = api_version = None
    rules: dict[str, dict[str, Any]] = {}
    query: list[str] = []
    required: list[str] = []
    headers: list[str] = []
    conditional = {id(inner) for node in ast.walk(builder) if isinstance(node, ast.If) for inner in ast.walk(node)}
    for node in ast.walk(builder):
        if isinstance(node, ast.Assign) and _name(node.targets[0]) == "_url":
            template = _url(node.value) or template
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            key = _const(node.targets[0].slice)
            where = _name(node.targets[0].value)
            if where == "_params" and key != "api-version":
                query.append(key)
                if id(node) not in conditional:
                    required.append(key)
            elif where == "_headers" and key not in ("Accept", "Content-Type"):
                headers.append(key)
        elif isinstance(node, ast.Call):
            method = next((_const(k.value) for k in node.keywords if k.arg == "method"), method)
            if _name(node.func) == "pop" and len(node.args) > 1 and _const(node.args[0]) == "api-version":
                api_version = _const(node.args[1])
        elif isinstance(node, ast.Dict):
            rules |= _path_rules(node)
    if method is None or template is None:
        raise ValueError(f"{builder.name}: no method or URL found")
    return Request(
        method, template, api_version, rules, tuple(sorted(query)), tuple(sorted(required)), tuple(sorted(headers))
    )


def _url(value: ast.expr) -> str | None:
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.Call) and len(value.args) == 2 and _const(value.args[0]) == "template_url":
        return str(_const(value.args[1]))
    return None


def _path_rules(node: ast.Dict) -> dict[str, dict[str, Any]]:
    rules = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None and isinstance(value, ast.Call) and _name(value.func) == "url":
            rules[str(_const(key))] = {k.arg: _const(k.value) for k in value.keywords if k.arg}
    return rules


def _statuses(core: ast.FunctionDef) -> tuple[int, ...]:
    for node in ast.walk(core):
        if isinstance(node, ast.Compare) and _name(node.left) == "status_code" and isinstance(node.ops[0], ast.NotIn):
            return tuple(_const(node.comparators[0]))
    raise ValueError(f"{core.name}: no statuses found")


def _headers(core: ast.FunctionDef) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for node in ast.walk(core):
        if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
            continue
        if _name(node.test.left) != "status_code" or not isinstance(node.test.ops[0], ast.Eq):
            continue
        names = [
            str(_const(inner.targets[0].slice))
            for statement in node.body
            for inner in ast.walk(statement)
            if isinstance(inner, ast.Assign)
            and isinstance(inner.targets[0], ast.Subscript)
            and _name(inner.targets[0].value) == "response_headers"
        ]
        if names:
            found[int(_const(node.test.comparators[0]))] = tuple(sorted(names))
    return found


def _final_state_via(method: ast.FunctionDef) -> str | None:
    for node in ast.walk(method):
        if isinstance(node, ast.keyword) and node.arg == "lro_options":
            options = _const(node.value)
            return str(options["final-state-via"]) if options else None
    return None


def _answers(core: ast.FunctionDef) -> list[str]:
    named = [_type(c.args[0]) for c in _calls(core) if _name(c.func) in ("_deserialize", "deserialize") and c.args]
    return [t for t in named if t and t not in PLAIN_ANSWERS]


def _body(core: ast.FunctionDef) -> tuple[str | None, bool]:
    """The body's type and whether it must be there.

    Old SDKs name the type in `_serialize.body(x, "T")`; new ones in the annotation of the parameter that is dumped.
    """
    for call in _calls(core):
        if _name(call.func) == "body" and len(call.args) > 1:
            return str(_const(call.args[1])), not _optional(core, _name(call.args[0]))
    for call in _calls(core):
        if _name(call.func) == "dumps" and call.args:
            argument = _name(call.args[0])
            for parameter in (*core.args.args, *core.args.kwonlyargs):
                if parameter.arg == argument:
                    return _first_of_union(_type(parameter.annotation) or ""), not _optional(core, argument)
    return None, False


def _optional(core: ast.FunctionDef, name: str | None) -> bool:
    for parameter in (*core.args.args, *core.args.kwonlyargs):
        if parameter.arg == (name or "").removeprefix("_"):
            return (_type(parameter.annotation) or "").startswith("Optional[")
    return False


def _first_of_union(text: str) -> str:
    text = text[9:-1] if text.startswith("Optional[") else text
    return text[6:-1].split(",")[0] if text.startswith("Union[") else text


def _item(text: str) -> str:
    return text[5:-1] if text.lower().startswith("list[") else text


def _calls(node: ast.AST) -> Iterable[ast.Call]:
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def _const(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _name(node: ast.expr | None) -> str | None:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def _type(node: ast.expr | None) -> str | None:
    """`_models.X` → `X`, `List[_models.X]` → `List[X]`; forward references are parsed."""
    if node is None:
        return None
    if isinstance(node, ast.Constant):
        return _type(ast.parse(node.value, mode="eval").body) if isinstance(node.value, str) else str(node.value)
    if isinstance(node, ast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return f"{_type(node.value)}[{','.join(str(_type(part)) for part in parts)}]"
    return _name(node) or ast.unparse(node)
