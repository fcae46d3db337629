"""All questions, found by their files: adding one touches no list."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from amlops.errors import AmlopsError

from ..cost import CapReached
from . import __path__ as folder
from .question import Answer, Ground, Moment, Question

_OTHERS = ("catalogue", "measured", "not_asked", "question")


@cache
def all_questions() -> tuple[Question, ...]:
    """By name. Raises TypeError for a file without a question of its own name."""
    found = []
    for module in sorted(item.name for item in iter_modules(folder) if item.name not in _OTHERS):
        loaded = import_module(f"{__package__}.{module}")
        question = getattr(loaded, "QUESTION", None)
        if not isinstance(question, Question) or question.id != module.replace("_", "-"):
            raise TypeError(f"{loaded.__name__} holds no question with its name")
        found.append(question)
    return tuple(found)


def first_looks(moment: Moment) -> tuple[Question, ...]:
    """Those that look for the first time at a moment."""
    return tuple(one for one in all_questions() if one.first is not None and one.first[0] is moment)


def at(moment: Moment) -> tuple[Question, ...]:
    return tuple(one for one in all_questions() if one.when is moment)


def answered(question: Question, ground: Ground) -> Answer:
    """The answer; a question that can't be asked ends no run. Raises CapReached."""
    try:
        return question.ask(ground)
    except CapReached:
        raise
    except (AmlopsError, LookupError, ValueError, TypeError, OSError) as error:
        return Answer(f"it could not be asked: {_said(error)}", None)


def look_first(question: Question, ground: Ground) -> None:
    assert question.first is not None
    try:
        ground.kept[question.id] = question.first[1](ground)
    except CapReached:
        raise
    except (AmlopsError, LookupError, ValueError, TypeError, OSError) as error:
        ground.told.line(f"{question.id}: {_said(error)}")


def _said(error: Exception) -> str:
    return str(error).partition("\n")[0] if isinstance(error, AmlopsError) else f"{type(error).__name__}: {error}"
