"""`python -m tools.github_openapi`: the part of GitHub's OpenAPI description that the tests hold requests to.

The description comes from npm, by the lock in tools/openapi; the paths are those of the simulator's routes. Words for
people are left out, so the slice is a fiftieth of the whole.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
LOCK = REPOSITORY / "tools/openapi"
TARGET = REPOSITORY / "tests/testdata/github/openapi.json"
DROPPED = frozenset(
    {"description", "summary", "examples", "example", "externalDocs", "tags", "x-github", "x-octokit", "operationId"}
)


def main() -> int:
    sys.path.insert(0, str(REPOSITORY))
    from tests.workflows.github.rest import ROUTES

    wanted: dict[str, set[str]] = {}
    for route in ROUTES:
        wanted.setdefault(route.template, set()).add(route.method.lower())
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(slice_of(_whole(), wanted), indent=1, sort_keys=True) + "\n")
    sys.stdout.write(f"{len(wanted)} paths, {TARGET.stat().st_size >> 10} KiB\n")
    return 0


def slice_of(whole: dict[str, Any], wanted: dict[str, set[str]]) -> dict[str, Any]:
    """Only these methods of these paths, with the components that they reach. Raises SystemExit for an unknown path."""
    paths: dict[str, Any] = {}
    for template, methods in sorted(wanted.items()):
        found = whole["paths"].get(template, {})
        missing = methods - set(found)
        if missing:
            raise SystemExit(f"GitHub has no {', '.join(sorted(missing)).upper()} {template}")
        paths[template] = _pruned({key: found[key] for key in found if key in methods or key == "parameters"})
    components: dict[str, dict[str, Any]] = {}
    todo = list(_references(paths))
    while todo:
        _, _, kind, name = todo.pop().split("/")
        if name in components.setdefault(kind, {}):
            continue
        components[kind][name] = _pruned(whole["components"][kind][name])
        todo += _references(components[kind][name])
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


def _pruned(part: Any, *, names: bool = False) -> Any:
    """Without what only people read. `names`: the keys are names of properties, not words of the description."""
    if isinstance(part, list):
        return [_pruned(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _pruned(value, names=key == "properties" and not names)
        for key, value in part.items()
        if names or key not in DROPPED
    }


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for item in part:
            yield from _references(item)


def _whole() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(LOCK / name, folder)
        words = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        subprocess.run(words, cwd=folder, check=True)
        file = Path(folder) / "node_modules/@octokit/openapi/generated/api.github.com.json"
        found: dict[str, Any] = json.loads(file.read_text())
        return found


if __name__ == "__main__":
    sys.exit(main())
