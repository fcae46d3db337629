"""Reads promotion.yaml and break-glass.yaml; every problem of a file is reported at once."""

from __future__ import annotations

from .break_glass import BreakGlass
from .closed import parse
from .document import read_document
from .environment import Environment
from .loader import load_environment
from .problems import ConfigError
from .promotion import Promotion
from .promotion_rules import BREAK_GLASS_RULES, PROMOTION_RULES
from .repository import Repository
from .rules import schema_line

PROMOTION_SCHEMA = "schemas/promotion.json"
BREAK_GLASS_SCHEMA = "schemas/break-glass.json"


def load_promotion(repo: Repository) -> Promotion:
    """How releases are promoted. Raises ConfigError, also where there is no such file or a broken environment."""
    document = read_document(repo.promotion_file, root=repo.root)
    found = list(schema_line(document, PROMOTION_SCHEMA))
    known: dict[str, Environment] = {}
    for name in repo.environment_names():
        try:
            known[name] = load_environment(repo, name)
        except ConfigError as error:
            found.extend(error.problems)
    try:
        file = parse(document, Promotion)
    except ConfigError as error:
        raise ConfigError([*found, *error.problems]) from None
    if len(known) < len(repo.environment_names()):
        raise ConfigError(found)
    for rule in PROMOTION_RULES:
        found.extend(rule(document, file, known))
    if found:
        raise ConfigError(found)
    return file


def load_break_glass(repo: Repository) -> BreakGlass:
    """Which gates are skipped, where there is a file. Raises ConfigError."""
    if not repo.break_glass_file.is_file():
        return BreakGlass()
    document = read_document(repo.break_glass_file, root=repo.root)
    found = list(schema_line(document, BREAK_GLASS_SCHEMA))
    try:
        file = parse(document, BreakGlass)
    except ConfigError as error:
        raise ConfigError([*found, *error.problems]) from None
    for rule in BREAK_GLASS_RULES:
        found.extend(rule(document, file, repo))
    if found:
        raise ConfigError(found)
    return file
