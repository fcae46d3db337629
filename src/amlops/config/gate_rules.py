"""Rules of about.yaml on what gates and evaluation need of each other.

Each rule is a function from a document and what was read of it to problems.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .about import About
from .document import Document
from .problems import Problem
from .repository import LOCAL, Repository

METRICS = {"regression": ("rmse", "mae", "r2"), "classification": ("accuracy", "error", "f1")}
"""What the evaluation gives, by its task."""


def evaluation_data_is_there(document: Document, about: About, repo: Repository) -> Iterator[Problem]:
    if about.evaluation is not None and not (repo.evaluations / about.evaluation.data).is_file():
        message = f'evaluation.data: there is no file "evaluations/{about.evaluation.data}"; create it'
        yield document.problem(("evaluation", "data"), message, "missing-file")


def edges_rise(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    for name, group in about.evaluation.groups.items() if about.evaluation else ():
        if list(group.edges) != sorted(set(group.edges)):
            message = f"{list(group.edges)} is invalid as edges of {name}; edges rise; put them in order"
            yield document.problem(("evaluation", "groups", name, "edges"), message, "group-edges")


def metrics_are_evaluated(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    given = METRICS[about.evaluation.task] if about.evaluation else ()
    own, fairness = about.gates.metric, about.gates.fairness
    for loc, name in (
        (("gates", "metric", "name"), own.name if own else None),
        (("gates", "fairness", "metric"), fairness.metric if fairness else None),
    ):
        if name is not None and name not in given:
            available = (
                f"the evaluation gives {', '.join(given)}" if given else 'there is no "evaluation" that gives it'
            )
            message = f'"{name}" is invalid as {".".join(loc)}; {available}; correct it'
            yield document.problem(loc, message, "evaluated-metric")


def fairness_is_about_groups(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    fairness = about.gates.fairness
    if fairness is None:
        return
    known = tuple(about.evaluation.groups) if about.evaluation else ()
    for at, name in enumerate(fairness.groups):
        if name not in known:
            message = (
                f'"{name}" is invalid in gates.fairness.groups; evaluation.groups has {", ".join(known) or "none"}; '
                "name one or add it there"
            )
            yield document.problem(("gates", "fairness", "groups", at), message, "fairness-groups")
    if (fairness.metric is None) != (fairness.direction is None):
        message = 'gates.fairness has only one of "metric" and "direction"; add the other, or leave both out'
        yield document.problem(("gates", "fairness"), message, "fairness-metric")
    elif fairness.metric is None and about.gates.metric is None:
        message = "gates.fairness compares no metric; add metric and direction, or gates.metric"
        yield document.problem(("gates", "fairness"), message, "fairness-metric")


def left_out_or_asked(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    gates = about.gates
    for kind in gates.without:
        asked = {
            "fairness": gates.fairness is not None,
            "metric-floor": gates.metric is not None and gates.metric.floor is not None,
        }
        if asked.get(kind, False):
            message = f'"{kind}" is left out and has settings; keep the one that is meant'
            yield document.problem(("gates", "without", kind), message, "gate-without")


def retraining_has_a_training(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    asks = about.retraining
    if about.training is None and (asks.every is not None or asks.monitor is not None):
        message = 'there is no "training" to repeat; add it, or take "retraining" out'
        yield document.problem(("retraining",), message, "retraining")


def monitor_is_where_users_are(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    asks = about.retraining
    if asks.environment is None:
        return
    where = ("retraining", "environment")
    if asks.monitor is None:
        message = 'there is no "monitor" that would be there; name it, or take "environment" out'
        yield document.problem(where, message, "retraining-environment")
    elif asks.environment == LOCAL or asks.environment not in about.environments:
        known = ", ".join(name for name in about.environments if name != LOCAL) or "none"
        message = f'"{asks.environment}" is invalid as retraining.environment; available ones are {known}; name one'
        yield document.problem(where, message, "retraining-environment")


def environments_are_in_order(document: Document, about: About, order: tuple[str, ...]) -> Iterator[Problem]:
    """`order` is promotion.yaml's, which the loader of one about file does not read."""
    meant = [*(name for name in about.environments if name == LOCAL), *(n for n in order if n in about.environments)]
    named = [name for name in about.environments if name == LOCAL or name in order]
    if named != meant:
        message = f"environments has {', '.join(named)}, promotion goes {', '.join(meant)}; write it in that order"
        yield document.problem(("environments",), message, "environment-order")


GATE_RULES: tuple[Callable[[Document, About, Repository], Iterator[Problem]], ...] = (
    edges_rise,
    metrics_are_evaluated,
    fairness_is_about_groups,
    left_out_or_asked,
    retraining_has_a_training,
    monitor_is_where_users_are,
)

EVALUATION_FILE_RULES: tuple[Callable[[Document, About, Repository], Iterator[Problem]], ...] = (
    evaluation_data_is_there,
)
"""Asked where a release is evaluated."""
