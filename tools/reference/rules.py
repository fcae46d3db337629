"""The page of rules: each `[rule]` that ends a message, what it means, how to mend it, where it is checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from .page import GENERATED, REPOSITORY, Page, code, table
from .rule_meanings import MEANINGS
from .rule_names import Found, rules_in

HEAD = f"""# Rules

{GENERATED}

Every message about a file ends with the name of the rule that it breaks: `file:line: what is wrong; what to do [rule]`.
All problems are told at once, the exit code is 2 (1 in `make check`), and nothing was changed.
"""

SOURCES = ("src/amlops", "src/localazure/emulator/coverage.py", "tools")


def rules_page() -> Page:
    return page(collect(REPOSITORY), MEANINGS)


def collect(root: Path) -> list[Found]:
    """Every use of a rule in our code, sorted."""
    found: set[Found] = set()
    for source in SOURCES:
        place = root / source
        files = [place] if place.is_file() else place.rglob("*.py")
        found.update(item for file in files if "node_modules" not in file.parts for item in rules_in(file, root))
    return sorted(found, key=lambda item: (item.rule or "", item.file, item.line))


def page(found: Iterable[Found], meanings: Mapping[str, tuple[str, str]]) -> Page:
    """The page, with what is used and not described, and what is described and not used."""
    places: dict[str, list[Found]] = defaultdict(list)
    findings = []
    for item in found:
        if item.rule is None:
            text = "the name of the rule can't be read here; write it as a literal [unreadable-rule]"
            findings.append(f"{item.file}:{item.line}: {text}")
        else:
            places[item.rule].append(item)
    here = "tools/reference/rule_meanings.py"
    for rule in sorted(set(places) - set(meanings)):
        first = places[rule][0]
        text = f'the rule "{rule}" is not described; add it to {here} [undescribed-rule]'
        findings.append(f"{first.file}:{first.line}: {text}")
    for rule in sorted(set(meanings) - set(places)):
        findings.append(f'{here}:1: no message carries the rule "{rule}"; remove it [undescribed-rule]')
    rows = []
    for rule in sorted(set(meanings) & set(places)):
        files = sorted({code(item.file.as_posix()) for item in places[rule]})
        rows.append((code(rule), *meanings[rule], ", ".join(files)))
    return Page("\n".join([HEAD, *table(("rule", "meaning", "remedy", "checked in"), rows)]), tuple(findings))
