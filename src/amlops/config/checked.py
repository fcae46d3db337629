"""A document held to its schema, its type and its rules, every problem told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from .closed import Closed, parse
from .document import Document
from .problems import ConfigError, Problem

T = TypeVar("T", bound=Closed)


def checked(
    document: Document,
    schema: str,
    model: type[T],
    rules: Callable[[T], Iterable[Problem]],
    *,
    found: Iterable[Problem] = (),
) -> T:
    """The document as `model`. `rules` are asked once it has that shape; `found` was wrong before. Raises
    ConfigError."""
    problems = [*_schema_line(document, schema), *found]
    try:
        file = parse(document, model)
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from None
    problems += rules(file)
    if problems:
        raise ConfigError(problems)
    return file


def _schema_line(document: Document, schema: str) -> Iterator[Problem]:
    """The first line names the schema, so that editors complete the file."""
    wanted = f"# yaml-language-server: $schema={schema}"
    if document.text.partition("\n")[0].rstrip() != wanted:
        yield document.problem((), f"the first line does not name the schema; make it `{wanted}`", "schema-line")
