"""The page of the policy: every rule, why it is there, by whose word, how severe; and what its two files may say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import amlops.policy.rules as folder
from amlops.config.policy import ExceptionsFile, PolicyFile
from amlops.policy import Rule, all_rules
from amlops.policy.exceptions import SCHEMA as EXCEPTIONS_SCHEMA
from amlops.policy.policy import SCHEMA as POLICY_SCHEMA

from .page import GENERATED, Page, code, table
from .settings import keys

HEAD = f"""# Policy

{GENERATED}

What stacks declare is judged by these rules: by `amlops policy` from git alone, on every plan of a pull request, and
before every apply. A finding of severity `error` stops the apply, a `warning` is told, `off` is not looked at. The
severity is that of the environment in `environments/policy.yaml`, else that of `everywhere` there, else the one below:
a new environment is held to everything. [How to handle a finding](../how-to/except-a-finding.md).

A finding reads `stack: type name: what is wrong; what is allowed; what to do [rule]`. Three more speak of exceptions:
`exception-expired` (error: its day is over, the finding counts again), `exception-expiring` (warning, for the 30 days
before) and `exception-unused` (warning: nothing is left to except).
"""

_DOCSTRING = re.compile(r"Rule: (?P<rule>[^\n]+)\n\nWhy: (?P<why>.+)\nSource: (?P<source>.+)", re.DOTALL)


def policy_page() -> Page:
    rows, findings = [], []
    for rule in all_rules():
        said = _said(rule)
        if said is None:
            text = "the docstring lacks Rule:, Why: or Source:; write them [undescribed-policy-rule]"
            findings.append(f"{_file(rule)}:1: {text}")
            continue
        kinds = ", ".join(code(kind) for kind in rule.kinds) or "all"
        rows.append((code(rule.id), *said, code(rule.severity), kinds))
    lines = [HEAD, "## Rules", "", *table(("rule", "what holds", "why", "source", "severity", "looks at"), rows)]
    for title, schema, model in (
        ("environments/policy.yaml", POLICY_SCHEMA, PolicyFile),
        ("environments/exceptions.yaml", EXCEPTIONS_SCHEMA, ExceptionsFile),
    ):
        found = list(keys(model))
        lines += [f"## {title}", "", f"The first line is `# yaml-language-server: $schema={schema}`.", ""]
        lines += table(
            ("key", "type", "default", "meaning"),
            ((one.shown, one.type, one.default or "required", one.meaning) for one in found),
        )
        findings += [
            f'src/amlops/config/policy.py:1: "{one.path}" has no description; write a docstring [undescribed-key]'
            for one in found
            if not one.meaning
        ]
    return Page("\n".join(lines), tuple(findings))


def _said(rule: Rule) -> Iterator[str] | None:
    """The three parts of the docstring of the rule's file, each as one line."""
    text = ast.get_docstring(ast.parse((Path(folder.__path__[0]) / _file(rule).name).read_text(encoding="utf-8")))
    match = _DOCSTRING.fullmatch(text or "")
    return None if match is None else (_sentence(part) for part in match.groups())


def _sentence(part: str) -> str:
    text = " ".join(part.split())
    return text[:1].upper() + text[1:]


def _file(rule: Rule) -> Path:
    return Path("src/amlops/policy/rules") / f"{rule.id.replace('-', '_')}.py"
