"""An annotation of the SDK's source → a type."""

from __future__ import annotations

import ast

from localazure.pulumi.sdk.types import ANY, ListOf, MapOf, Named, OneOf, Plain, Type

_PLAIN = {"str": Plain("string"), "int": Plain("integer"), "float": Plain("number"), "bool": Plain("boolean")}
_WRAPPERS = frozenset({"Input", "Output", "Optional", "Awaitable"})


def read_annotation(node: ast.expr | None) -> Type:
    """Read what `pulumi_azure_native` writes: wrappers go, `…ArgsDict` twins go, `Union[str, 'Enum']` is a string.

    Raises `ValueError` on a form that the SDK's generator has not used so far.
    """
    if node is None:
        return ANY
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return Named(node.value.rsplit(".", 1)[-1])
    if isinstance(node, ast.Constant) and node.value is None:
        return ANY
    if isinstance(node, ast.Name | ast.Attribute):
        return _PLAIN.get(_last(node), ANY)
    if isinstance(node, ast.Subscript):
        return _subscript(_last(node.value), node.slice)
    raise ValueError(f"annotation `{ast.unparse(node)}` has an unknown form")


def _subscript(wrapper: str, inner: ast.expr) -> Type:
    arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if wrapper in _WRAPPERS:
        return read_annotation(arguments[0])
    if wrapper == "Sequence":
        return ListOf(read_annotation(arguments[0]))
    if wrapper == "Mapping":
        return MapOf(read_annotation(arguments[1]))
    if wrapper == "Union":
        return _union([read_annotation(a) for a in arguments])
    raise ValueError(f"annotation `{wrapper}[…]` has an unknown form")


def _union(options: list[Type]) -> Type:
    flat: list[Type] = []
    for option in options:
        flat.extend(option.options if isinstance(option, OneOf) else [option])
    kept = [o for o in flat if not (isinstance(o, Named) and o.name.endswith("Dict"))]
    if any(isinstance(o, Plain) for o in kept) and all(
        isinstance(o, Plain) or (isinstance(o, Named) and not o.name.endswith(("Args", "Response"))) for o in kept
    ):
        return next(o for o in kept if isinstance(o, Plain))
    return kept[0] if len(kept) == 1 else OneOf(tuple(kept))


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    raise ValueError(f"annotation `{ast.unparse(node)}` has an unknown form")
