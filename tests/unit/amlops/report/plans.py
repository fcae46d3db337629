"""Plans to render, of any size and with whatever files may hold."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import Any

from amlops.report import Bill, Check, Estimate, Phase, Plan, Rehearsed, Remark, StackPlan, Traffic

NASTY = (
    "<script>alert(1)</script>",
    "@octocat please look, and @org/team",
    "closes #12, GH-13, owner/repo#14",
    "![x](https://evil.example/x.png) [click](javascript:alert(1))",
    "</details><h1>hello</h1>",
    "| a | b |\n|---|---|",
    "`code` **bold** _it_ ~~no~~ <!-- amlops:plan -->",
    "www.evil.example https://evil.example a@b.example",
    "\u202egnp.exe\u200b\x00\x1b[31m",
    "&lt;b&gt; &#64;octocat",
    "# heading\n- list\n1. one\n> quote\n---",
)


@dataclass(frozen=True, slots=True)
class AStep:
    """As `amlops.stacks.meaning.Step`, which this room doesn't know."""

    urn: str
    type: str
    operation: str
    paths: tuple[str, ...] = ()
    replace_reasons: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.type.rsplit(':', 1)[-1]} {self.urn.rsplit('::', 1)[-1]}"

    def as_dict(self) -> dict[str, Any]:
        return {"urn": self.urn}


def step(kind: str, name: str, operation: str, *paths: str) -> AStep:
    type_token = f"azure-native:machinelearningservices:{kind}"
    reasons = paths if operation == "replace" else ()
    return AStep(f"urn:pulumi:dev::azureml::{type_token}::{name}", type_token, operation, paths, reasons)


def some_plan(seed: int, stacks: int, lines: int) -> Plan:
    """A plan of random texts: names, messages and paths of any length and sort."""
    dice = random.Random(seed)

    def text(longest: int) -> str:
        parts = [dice.choice(NASTY) if dice.random() < 0.3 else _word(dice, longest) for _ in range(dice.randint(1, 4))]
        return " ".join(parts)[:longest]

    def traffic() -> Traffic:
        by = {text(40): (dice.randint(0, 10**6), dice.randint(0, 10)) for _ in range(dice.randint(0, 7))}
        return Traffic(dice.randint(0, 10**9), dice.randint(0, 3), by, tuple(text(2000) for _ in range(min(lines, 20))))

    def stack(number: int) -> StackPlan:
        operations = ("create", "update", "replace", "delete")
        bill = Bill(dice.random() * 1e6, dice.random() * 1e7, frozenset({text(90)}), frozenset({text(90)}))
        return StackPlan(
            stack=f"{text(60)}{number}",
            environment="dev",
            because=tuple(text(500) for _ in range(lines)),
            steps=tuple(
                step("Compute", text(200), dice.choice(operations), *(text(300) for _ in range(dice.randint(0, 9))))
                for _ in range(lines)
            ),
            users=tuple(text(600) for _ in range(dice.randint(0, 4))),
            cost=Estimate(Bill(), bill, "USD", text(100)) if dice.random() < 0.7 else None,
            remarks=tuple(
                Remark(text(30), dice.choice(("error", "warning")), text(200), text(1000), dice.choice(("", text(100))))
                for _ in range(lines)
            ),
            checks=tuple(
                Check(text(30), dice.choice(("failed", "warned", "passed", "unknown")), text(1000))
                for _ in range(lines)
            ),
            rehearsed=Rehearsed(
                dice.choice(("passed", "failed", "skipped")),
                text(3000),
                traffic(),
                tuple(Phase(text(90), traffic()) for _ in range(min(lines, 50))),
                tuple(text(300) for _ in range(lines)),
                tuple(text(90) for _ in range(dice.randint(0, 20))),
            ),
            failure=dice.choice(("", text(5000))),
        )

    notes = tuple(text(2000) for _ in range(lines))
    return Plan(
        "a" * 40, "b" * 40, tuple(map(stack, range(stacks))), notes, 12.3, "https://github.com/o/r/actions/runs/1"
    )


def _word(dice: random.Random, longest: int) -> str:
    alphabet = string.printable + "äöüß中文🙂" + "<>|`@#[]()!*_~&\\"
    return "".join(dice.choices(alphabet, k=dice.randint(0, longest)))
