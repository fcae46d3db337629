"""One environment's part of a plan: bring up what the base declares, preview the change, apply it under traffic, roll
it out, count what failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Literal

from amlops.config import ConfigError, load_about
from amlops.errors import AmlopsError
from amlops.releases import Release, Stage, load_release, load_stage
from amlops.report import Check, Ended, Phase, Rehearsed, Serving, Traffic
from amlops.stacks import Result, StackName, platform_stack, registry_stack
from amlops.stacks.preflight import check, read
from amlops.stacks.recovery import prepare
from amlops.stacks.recovery import up as recovered_up
from amlops.stacks.soft_delete import purge

from ..session import Session
from .faults import Fault, set_faults
from .ground import lay_ground
from .serving import ENOUGH, PATIENCE, serve, shift
from .stand_in import NoStandIn, stand_in
from .throwaway import Rehearsal
from .traffic import Client, Target, under_traffic


@dataclass(frozen=True, slots=True)
class Tried:
    """One stack. `preview` is None where there is none, and `failure` then says why."""

    stack: StackName
    preview: Result | None = None
    serving: Serving | None = None
    rehearsed: Rehearsed | None = None
    checks: tuple[Check, ...] = ()
    failure: str = ""


@dataclass
class Run:
    """The rehearsal of an environment as it goes on. `witness` is a deployment that is asked while the platform
    changes, though nothing of its own does."""

    rehearsal: Rehearsal
    environment: str
    head: str
    faults: Sequence[Fault] = ()
    witness: str | None = None
    before: dict[str, Stage] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    unserved: dict[str, str] = field(default_factory=dict)
    up: set[str] = field(default_factory=set)
    touched: frozenset[str] = frozenset()
    faulty: bool = False

    def of(self, stacks: Sequence[StackName]) -> list[Tried]:
        """Tries the stacks in the order given. What fails is in the answer; AmlopsError is for the rehearsal itself."""
        own = [stack.deployment for stack in stacks if stack.deployment is not None]
        self.touched = frozenset(stack.text for stack in stacks)
        self._bring_up_base(own)
        with ExitStack() as ending:
            for deployment, target in self.targets.items():
                self._ask(deployment, target, ending)
            self.rehearsal.switch(self.head)
            return [self._try(stack, ending) for stack in stacks]

    # -- what the base declares --------------------------------------------------------------------------------------

    def _bring_up_base(self, deployments: Sequence[str]) -> None:
        try:
            session = self.rehearsal.session(self.environment)
        except ConfigError:
            return  # the environment is new, or can't be read by the change's own code: everything is created
        self._bring_up_foundations(session)
        for deployment in deployments:
            self._bring_up(session, deployment)

    def _bring_up_foundations(self, session: Session) -> None:
        """Those that the change touches by their own programs, the others as the least that must be there."""
        environment = session.environment
        for stack in (registry_stack(environment.shares), platform_stack(environment)):
            if stack is None or stack.text in self.up:
                continue
            own = self.rehearsal.session(stack.environment)
            if stack.text in self.touched:
                self._apply(own, stack)
            else:
                lay_ground(own, stack)
                self.up.add(stack.text)

    def _bring_up(self, session: Session, deployment: str) -> None:
        """The base's deployment, serving. One that can't be served here is left out of the base, with the reason."""
        try:
            about = load_about(session.repo, deployment)
            if session.environment.name not in about.environments:
                return
            stage = load_stage(session.repo, deployment, session.environment.name)
            if not stage.running:
                return
            self.before[deployment] = stage
            self._stand_in(session, deployment, stage)
            stack = StackName(
                f"{session.environment.name}.{deployment}", session.environment.name, "deployment", deployment
            )
            self._apply(session, stack)
            if stage.current is not None:
                self.targets[deployment] = serve(session, deployment, self._release(session, deployment, stage.current))
        except (NoStandIn, ConfigError) as error:
            self.unserved[deployment] = str(error)

    def _stand_in(self, session: Session, deployment: str, stage: Stage) -> None:
        for id in stage.running:
            release = self._release(session, deployment, id)
            self.notes.setdefault(deployment, []).extend(stand_in(self.rehearsal, session, release))

    def _release(self, session: Session, deployment: str, id: str) -> Release:
        return load_release(session.repo, deployment, session.environment.name, id)

    def _apply(self, session: Session, stack: StackName) -> Result:
        with session.progress.step(f"bringing up {stack}"):
            state = prepare(session.engine, session.azure, stack)
            if stack.kind == "platform":
                purge(session.azure, session.environment, state, session.progress)
            result = recovered_up(session.engine, session.azure, stack)
        self.up.add(stack.text)
        return result

    # -- the change --------------------------------------------------------------------------------------------------

    def _try(self, stack: StackName, ending: ExitStack) -> Tried:
        serving = None
        try:
            session = self.rehearsal.session(stack.environment)
            if stack.kind == "deployment":
                self._bring_up_foundations(session)
            after = Stage()
            if stack.deployment is not None:
                after = load_stage(session.repo, stack.deployment, stack.environment)
                about = load_about(session.repo, stack.deployment)
                rollout = about.rollout.of(stack.environment)
                before = self.before.get(stack.deployment, Stage())
                serving = Serving(before, after, rollout.steps, rollout.mirror)
            with session.progress.step(f"previewing {stack}"):
                preview = session.engine.preview(stack)
        except AmlopsError as error:
            return Tried(stack, serving=serving, failure=str(error))
        checks = _checked(session, stack, preview)
        rehearsed = self._rehearse(session, stack, preview, after, ending)
        return Tried(stack, preview, serving, rehearsed, checks)

    def _rehearse(
        self, session: Session, stack: StackName, preview: Result, after: Stage, ending: ExitStack
    ) -> Rehearsed:
        deployment = stack.deployment
        if deployment is not None and deployment in self.unserved:
            return Rehearsed("skipped", f"it can't be served on this machine: {self.unserved[deployment]}")
        if deployment is None and preview.changed and self.witness is not None and not self.clients:
            self._bear_witness(session, ending)
        sentence = ""
        try:
            if deployment is not None:
                self._stand_in(session, deployment, after)
            for client in self._of(deployment):
                client.phase(_applied(stack))
            if preview.changed:
                self._apply_again(session, stack)
            if deployment is not None:
                sentence = self._roll_out(session, deployment, after, ending)
        except (NoStandIn, ConfigError) as error:
            return Rehearsed("skipped", f"it can't be served on this machine: {error}")
        except AmlopsError as error:
            return self._rehearsed(stack, "failed", f"it could not be applied: {error}")
        return self._rehearsed(stack, "failed" if sentence else "passed", sentence)

    def _apply_again(self, session: Session, stack: StackName) -> None:
        """Applies the change; with faults it may take a second run, as it may in Azure. The first stack meets them."""
        if self.faults and not self.faulty:
            set_faults(self.rehearsal.running, self.faults)
            self.faulty = True
        try:
            self._apply(session, stack)
        except AmlopsError as error:
            if not self.faults:
                raise
            session.progress.line(f"{stack} failed, as it may with these faults: {error}")
            self._apply(session, stack)

    def _roll_out(self, session: Session, deployment: str, after: Stage, ending: ExitStack) -> str:
        wanted = after.candidate or after.current
        if wanted is None:
            return ""
        release = self._release(session, deployment, wanted)
        client = self.clients.get(deployment)
        if client is None:
            target = serve(session, deployment, release)
            client = self._ask(deployment, target, ending)
            client.phase("first requests")
            client.wait(lambda traffic: traffic.sent >= ENOUGH, PATIENCE)
            return ""
        from amlops.rollout import read_endpoint

        live = read_endpoint(session.endpoint(deployment))
        if live is not None and live.traffic.get(release.deployment_name) == 100:
            client.wait(lambda traffic: traffic.sent >= ENOUGH, PATIENCE)
            return ""
        with session.progress.step(f"rolling out {release.id} of {deployment}"):
            return shift(session, deployment, release, client)

    def _bear_witness(self, session: Session, ending: ExitStack) -> None:
        """A deployment of this environment serves while its platform changes."""
        assert self.witness is not None
        self._bring_up(session, self.witness)
        target = self.targets.get(self.witness)
        if target is not None:
            self._ask(self.witness, target, ending)

    # -- the client --------------------------------------------------------------------------------------------------

    def _ask(self, deployment: str, target: Target, ending: ExitStack) -> Client:
        self.clients[deployment] = ending.enter_context(under_traffic(target))
        return self.clients[deployment]

    def _of(self, deployment: str | None) -> list[Client]:
        """A platform's change may be noticed by everybody."""
        if deployment is None:
            return list(self.clients.values())
        return [self.clients[deployment]] if deployment in self.clients else []

    def _rehearsed(self, stack: StackName, outcome: Ended, sentence: str) -> Rehearsed:
        notes, faults = tuple(self.notes.get(stack.deployment or "", ())), tuple(fault.text for fault in self.faults)
        phases = self._counted(stack)
        total = sum((phase.traffic for phase in phases), Traffic())
        if total.failed and outcome == "passed":
            outcome, sentence = "failed", f"{total.failed} of {total.sent} requests failed"
        shares = ", ".join(f"{name or 'nobody'} {sum(count)}" for name, count in sorted(total.by.items()))
        well = f"none of {total.sent} requests failed ({shares})" if total.sent else "applied; there was nobody to ask"
        return Rehearsed(outcome, sentence or well, total, phases, notes, faults)

    def _counted(self, stack: StackName) -> tuple[Phase, ...]:
        """A deployment's whole story; of a platform only how everybody did while it was changed."""
        clients = self._of(stack.deployment)
        if stack.deployment is not None and clients:
            clients[0].stop()
            said = clients[0].total.said
            phases = clients[0].phases
            return tuple(
                replace(phase, traffic=replace(phase.traffic, said=said if at == 0 else ()))
                for at, phase in enumerate(phases)
            )
        name = _applied(stack)
        traffic = sum((client.of(name) for client in clients), Traffic())
        return (Phase(name, traffic),) if traffic.sent else ()


def _checked(session: Session, stack: StackName, preview: Result) -> tuple[Check, ...]:
    """Preflight against the rehearsal's own cloud: quota, limits and names as a new subscription has them."""
    outcome: dict[str, Literal["failed", "warned"]] = {"error": "failed", "warning": "warned"}
    found = check(read(session.azure, session.environment, stack, preview))
    return tuple(Check(item.check, outcome[item.severity], f"{item.where}: {item.message}") for item in found)


def _applied(stack: StackName) -> str:
    return f"{stack} is applied"
