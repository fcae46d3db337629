"""A document held to its schema, its type and its rules, every problem told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from .closed import Closed, parse
from .document import Document
from .problems import ConfigError, Problem
from .rules import schema_line

T = TypeVar("T", bound=Closed)


def checked(
    document: Document,
    schema: str,
    model: type[T],
    rules: Callable[[T], Iterable[Problem]],
    *,
    found: Iterable[Problem] = (),
) -> T:
    """The document as `model`; `rules` are asked once it has that shape, `found` was wrong already. Raises ConfigError."""
    problems = [*schema_line(document, schema), *found]
    try:
        file = parse(document, model)
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from None
    problems += rules(file)
    if problems:
        raise ConfigError(problems)
    return file
