"""Reads promotion.yaml and break-glass.yaml; every problem of a file is reported at once."""

from __future__ import annotations

from collections.abc import Iterator

from .break_glass import BreakGlass
from .checked import checked
from .document import read_document
from .environment import Environment
from .loader import load_environment
from .problems import ConfigError, Problem
from .promotion import Promotion
from .promotion_rules import BREAK_GLASS_RULES, PROMOTION_RULES
from .repository import Repository

PROMOTION_SCHEMA = "schemas/promotion.json"
BREAK_GLASS_SCHEMA = "schemas/break-glass.json"


def load_promotion(repo: Repository) -> Promotion:
    """How releases are promoted. Raises ConfigError, also where there is no such file or a broken environment."""
    document = read_document(repo.promotion_file, root=repo.root)
    known: dict[str, Environment] = {}
    broken: list[Problem] = []
    for name in repo.environment_names():
        try:
            known[name] = load_environment(repo, name)
        except ConfigError as error:
            broken.extend(error.problems)

    def rules(file: Promotion) -> Iterator[Problem]:
        for rule in () if broken else PROMOTION_RULES:
            yield from rule(document, file, known)

    return checked(document, PROMOTION_SCHEMA, Promotion, rules, found=broken)


def load_break_glass(repo: Repository) -> BreakGlass:
    """Which gates are skipped, where there is a file. Raises ConfigError."""
    if not repo.break_glass_file.is_file():
        return BreakGlass()
    document = read_document(repo.break_glass_file, root=repo.root)

    def rules(file: BreakGlass) -> Iterator[Problem]:
        for rule in BREAK_GLASS_RULES:
            yield from rule(document, file, repo)

    return checked(document, BREAK_GLASS_SCHEMA, BreakGlass, rules)
