"""Which `[rule]` names the messages of the code can carry, read from its syntax trees.

A rule is the last argument of `Problem(…)` and of `.problem(…)`, or ends a text as `; what to do [rule]`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_IN_TEXT = re.compile(r"; .* \[([a-z]+(?:-[a-z]+)*)\]\n?$")
_ARGUMENTS = {"Problem": 4, "problem": 3}

Functions = Mapping[str, ast.FunctionDef]


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """`rule` is None where it isn't a literal that can be read."""

    file: Path
    line: int
    rule: str | None


def rules_in(file: Path, root: Path) -> Iterator[Found]:
    """Every rule that the file's code names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    all_functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    functions = {function.name: function for function in all_functions}
    shown = file.relative_to(root)
    for function in all_functions:
        for call in ast.walk(function):
            if isinstance(call, ast.Call):
                for line, rule in _of_call(call, function, functions):
                    yield Found(shown, line, rule)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (match := _IN_TEXT.search(node.value)):
            yield Found(shown, node.lineno, match[1])


def _of_call(call: ast.Call, function: ast.FunctionDef, functions: Functions) -> Iterator[tuple[int, str | None]]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    count = _ARGUMENTS.get(name)
    named = [keyword.value for keyword in call.keywords if keyword.arg == "rule"]
    if count is None or (len(call.args) != count and not named):
        return
    argument = named[0] if named else call.args[-1]
    if isinstance(argument, ast.Name):
        if argument.id in {parameter.arg for parameter in function.args.args}:
            return  # handed on: the caller's own call is read instead
        for value in _assigned(argument.id, function):
            yield from _values(value, functions)
        return
    yield from _values(argument, functions)


def _assigned(name: str, function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                if any(isinstance(item, ast.Name) and item.id == name for item in names):
                    yield node.value


def _values(node: ast.expr, functions: Functions) -> Iterator[tuple[int, str | None]]:
    """What an expression can be: a literal, the last of a tuple, either side of a condition, what a function gives."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.Tuple):
        yield from _values(node.elts[-1], functions)
    elif isinstance(node, ast.IfExp):
        yield from _values(node.body, functions)
        yield from _values(node.orelse, functions)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
        for inner in ast.walk(functions[node.func.id]):
            if isinstance(inner, ast.Return) and inner.value is not None:
                yield from _values(inner.value, functions)
    else:
        yield node.lineno, None
