"""Compiles manifests: checks of ours, then the cache, then the official client in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache as once
from importlib import metadata
from pathlib import Path
from typing import Any

from amlops.config import ConfigError, Document, Problem, Repository, read_document
from amlops.errors import AmlopsError

from .cache import Cache, cache_key, loaded
from .compiled import Compiled
from .kinds import KINDS, REFUSED, Kind, guess, kind_named, schema_of
from .lint import labels, lint

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "PYTHONPYCACHEPREFIX", "VIRTUAL_ENV")
"""Of the environment's variables only these reach the compiling process: a cloud's settings would change results."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where compiling happens. `overrides` replace keys before loading (`name`, `endpoint_name`)."""

    repo: Repository
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One file to compile. `kind` is a name of `KINDS`; None lets the file's `$schema` say it."""

    path: Path
    kind: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)


def compile_manifests(manifests: Sequence[Manifest], *, context: Context) -> tuple[Compiled, ...]:
    """The plans of several manifests; those that are not cached share one compiling process.

    Raises ConfigError with the problems of all of them.
    """
    repo, store = context.repo, Cache(context.repo.cache, context.repo.root)
    problems: list[Problem] = []
    work: list[tuple[Document, Kind, dict[str, str], str]] = []
    for manifest in manifests:
        overrides = {**context.overrides, **manifest.overrides}
        try:
            document = read_document(manifest.path.resolve(), root=repo.root.resolve())
            kind = _kind(document, manifest.kind)
        except ConfigError as error:
            problems.extend(error.problems)
            continue
        problems.extend(lint(document, kind, overrides))
        shown = document.shown.as_posix()
        work.append((document, kind, overrides, cache_key(shown, kind.name, overrides, compiler())))
    if problems:
        raise ConfigError(problems)
    found = [store.find(key) for *_, key in work]
    missing = [at for at, compiled in enumerate(found) if compiled is None]
    if missing:
        root = str(repo.root.resolve())
        answers = _run([_request(*work[at][:3], root) for at in missing])
        for at, answer in zip(missing, answers, strict=True):
            document, _, _, key = work[at]
            if "failures" in answer:
                problems.extend(_problems(document, answer["failures"]))
                continue
            compiled = loaded(answer["compiled"])
            moving = list(labels(document, compiled))
            if moving:
                problems.extend(moving)
                continue
            places = [document.path.parent / item.path for item in compiled.assets]
            store.keep(key, compiled, [*map(Path, answer["opened"]), *places])
            found[at] = compiled
    if problems:
        raise ConfigError(problems)
    return tuple(item for item in found if item is not None)


@once
def compiler() -> str:
    """The official client and its version, without importing it."""
    return f"azure-ai-ml {metadata.version('azure-ai-ml')}"


def _kind(document: Document, named: str | None) -> Kind:
    schema = schema_of(document.data)
    if schema in REFUSED:
        message = f'"{schema}" is no manifest here: {REFUSED[schema]}'
        raise ConfigError([document.problem(("$schema",), message, "manifest-kind")])
    guessed = guess(document.data)
    if named is None and guessed is None:
        known = ", ".join(name for kind in KINDS for name in kind.schemas)
        message = f"its kind can't be told; name it by `$schema: …/<kind>.schema.json`; available kinds are {known}"
        raise ConfigError([document.problem(("$schema",), message, "manifest-kind")])
    if named is not None and guessed is not None and guessed.name != named:
        message = f"it is of kind {guessed.name}, but {named} is needed here; name another file or correct `$schema`"
        raise ConfigError([document.problem(("$schema",), message, "manifest-kind")])
    return guessed or kind_named(str(named))


def _request(document: Document, kind: Kind, overrides: Mapping[str, str], root: str) -> dict[str, Any]:
    return {
        "manifest": str(document.path),
        "kind": kind.name,
        "overrides": [{key: value} for key, value in overrides.items()],
        "root": root,
    }


def _run(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "amlops.manifests.compiler"],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stderr.splitlines()[-5:])
        raise AmlopsError(f"the manifest compiler ended with {done.returncode}; its last lines:\n{tail}")
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _problems(document: Document, failures: Iterable[Mapping[str, Any]]) -> list[Problem]:
    found = []
    for item in failures:
        loc: list[int | str] = [int(part) if part.isdigit() else part for part in item["loc"]]
        where = f'"{".".join(item["loc"])}": ' if loc else ""
        said = item["message"].replace(f"{document.path.parent}/", "")
        message = f"Azure's client refuses it: {where}{said}; correct it"
        found.append(document.problem(loc, message, "azure-ai-ml"))
    return found
