"""Rulesets as files in `.github/rulesets`, in the form that GitHub imports, and how a live one differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from amlops.errors import AmlopsError

FOLDER = Path(".github/rulesets")
NOBODY = 0
"""The App's id in the files of a repository that has no App yet."""


def rulesets_in(root: Path) -> dict[str, dict[str, Any]]:
    """The files by path. Raises AmlopsError (exit code 2) for one that is no ruleset."""
    found = {}
    for file in sorted((root / FOLDER).glob("*.json")):
        try:
            found[str(FOLDER / file.name)] = dict(json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise AmlopsError(f"{FOLDER / file.name}: is no JSON object: {error}; correct it", exit_code=2) from None
    return found


def app_ids(ruleset: Mapping[str, Any]) -> set[int]:
    """The Apps that may pass it by."""
    actors = ruleset.get("bypass_actors") or ()
    return {int(actor["actor_id"] or 0) for actor in actors if actor.get("actor_type") == "Integration"}


def differences(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[str]:
    """How the live ruleset is not what the file says. GitHub adds defaults, which are let pass; it hides who may pass
    a ruleset by from those who may not change it."""
    for key in ("target", "enforcement"):
        if wanted.get(key) != live.get(key):
            yield f'{key} is "{live.get(key)}", not "{wanted.get(key)}"'
    names = {side: _names(ruleset) for side, ruleset in (("wanted", wanted), ("live", live))}
    if names["wanted"] != names["live"]:
        yield f"it is for {_shown(names['live'])}, not for {_shown(names['wanted'])}"
    if "bypass_actors" in live:
        mine, theirs = _actors(wanted), _actors(live)
        yield from (f"{actor} may not pass it by" for actor in sorted(mine - theirs))
        yield from (f"{actor} may pass it by" for actor in sorted(theirs - mine))
    rules = {rule["type"]: rule.get("parameters") or {} for rule in live.get("rules") or ()}
    for rule in wanted.get("rules") or ():
        kind, parameters = rule["type"], rule.get("parameters") or {}
        if kind not in rules:
            yield f"the rule {kind} is missing"
            continue
        for name, value in parameters.items():
            if not _holds(value, rules[kind].get(name)):
                yield f"{kind}.{name} is {json.dumps(rules[kind].get(name))}, not {json.dumps(value)}"


def _holds(wanted: Any, live: Any) -> bool:
    """Whether everything that is wanted is there; lists in any order."""
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(_holds(value, live.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(live, list)
            and len(wanted) == len(live)
            and all(any(_holds(one, other) for other in live) for one in wanted)
        )
    return bool(wanted == live)


def _names(ruleset: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    found = (ruleset.get("conditions") or {}).get("ref_name") or {}
    return frozenset(found.get("include") or ()), frozenset(found.get("exclude") or ())


def _shown(names: tuple[frozenset[str], frozenset[str]]) -> str:
    include, exclude = (", ".join(sorted(side)) for side in names)
    return f"{include or 'nothing'} but {exclude}" if exclude else include or "nothing"


def _actors(ruleset: Mapping[str, Any]) -> set[str]:
    return {
        f"{actor.get('actor_type')} {actor.get('actor_id')} ({actor.get('bypass_mode')})"
        for actor in ruleset.get("bypass_actors") or ()
    }
