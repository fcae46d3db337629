"""A class of the SDK's source → a shape: getters give names and types, `__init__` what is required or constant."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from localazure.pulumi.sdk.annotations import read_annotation
from localazure.pulumi.sdk.types import Choices, Field, Shape

_NEXT_DEFINITION = re.compile(r"\n(?:class |@|def |if |[A-Za-z_]\w* = |[A-Z]\w*: )")


def slice_class(source: str, name: str) -> str | None:
    """The text of one class, or None. Parsing just this keeps reflection fast (an `_inputs.py` has 38,000 lines)."""
    start = max(source.find(f"\nclass {name}:"), source.find(f"\nclass {name}("))
    if start < 0:
        return None
    end = _NEXT_DEFINITION.search(source, start + 1)
    return source[start + 1 : end.start() if end else len(source)]


def read_shape(text: str) -> Shape:
    """Read an Args, Response, Result or resource class."""
    tree = ast.parse(text).body[0]
    if not isinstance(tree, ast.ClassDef):
        raise ValueError(f"`{text[:40]}…` is no class")
    required, constants = _from_init(tree)
    fields: dict[str, Field] = {}
    for method, name in _getters(tree):
        fields[name] = Field(
            name=name,
            type=read_annotation(method.returns),
            required=method.name in required,
            constant=constants.get(method.name),
        )
    return Shape(tree.name, fields)


def read_choices(text: str) -> Choices:
    """Read an enum class; values that are no strings are given as text."""
    tree = ast.parse(text).body[0]
    if not isinstance(tree, ast.ClassDef):
        raise ValueError(f"`{text[:40]}…` is no class")
    values = [
        str(line.value.value)
        for line in tree.body
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
    ]
    return Choices(tree.name, tuple(values))


def _getters(tree: ast.ClassDef) -> Iterator[tuple[ast.FunctionDef, str]]:
    for method in tree.body:
        if not isinstance(method, ast.FunctionDef):
            continue
        for decorator in method.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if not (isinstance(called, ast.Attribute) and called.attr == "getter"):
                continue
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            names = [k.value.value for k in keywords if k.arg == "name" and isinstance(k.value, ast.Constant)]
            yield method, str(names[0]) if names else method.name


def _from_init(tree: ast.ClassDef) -> tuple[frozenset[str], dict[str, str]]:
    init = next((m for m in tree.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None)
    if init is None or not init.args.kwonlyargs:
        return frozenset(), {}
    pairs = zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)
    required = frozenset(argument.arg for argument, default in pairs if default is None)
    constants: dict[str, str] = {}
    for line in init.body:
        match line:
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(attr="set"),
                    args=[_, ast.Constant(value=str(name)), ast.Constant(value=str(constant))],
                )
            ):
                constants[name] = constant
    return required, constants
