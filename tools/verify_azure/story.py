"""The story, step by step, by the commands that people and workflows use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from amlops.config import Repository, load_environment
from amlops.errors import AmlopsError
from amlops.progress import Progress
from amlops.rollout import primary_key, read_endpoint
from amlops.stacks import parse_stack
from amlops.workflows.rehearsal.traffic import Target
from amlops.workflows.session import Session, open_session

from .budget import API as BUDGETS
from .budget import budget_id, budget_of
from .environment import DEPLOYMENT, NAME, REPOSITORY, Wanted
from .questions.catalogue import answered, at, first_looks, look_first
from .questions.question import Ground, Moment
from .record import Record
from .scratch import Scratch
from .shell import Shell
from .users import Users

STACK = f"{NAME}.{DEPLOYMENT}"
DRIFTED = 4
_LOGS = "2023-09-01"
_PATIENCE = timedelta(minutes=30)


@dataclass
class Story:
    """`ground` is there once the clone's environment can be read; it carries the users to whoever ends the run."""

    scratch: Scratch
    wanted: Wanted
    shell: Shell
    record: Record
    told: Progress
    ground: Ground

    def tell(self) -> None:
        """Raises AmlopsError where a step fails, CapReached where it gets too dear."""
        self._stand()
        self._apply_platform()
        self._serve()
        self._second_release()
        self._roll_back()
        self._drift()
        self._destroy()

    def _stand(self) -> None:
        session = self.ground.session
        id = budget_id(self.wanted.subscription, self.wanted.run)
        with self.told.step("budget"):
            session.azure.put(id, BUDGETS, budget_of(self.wanted, session.azure.now()))
        self.shell.amlops(f"bootstrap {NAME} --repository {REPOSITORY}")
        self._done("budget, state and identities are made")
        self._ask(Moment.BOOTSTRAPPED)

    def _apply_platform(self) -> None:
        self._apply(f"{NAME}.shared")
        self._apply(NAME)
        self._done("registry and platform are applied, as git explains them")
        self._ask(Moment.PLATFORM)

    def _serve(self) -> None:
        first = self._release()
        self._apply(STACK)
        self._roll_out()
        self._require_traffic(first)
        self._done(f"trained, evaluated, released and deployed: {first}")
        self._ask(Moment.SERVED)

    def _second_release(self) -> None:
        users = self._users()
        self.ground.users = users
        users.start()

        def another(manifest: dict[str, Any]) -> None:
            manifest["environment_variables"] = {"ROUND": "two"}

        self.scratch.change(f"deployments/{DEPLOYMENT}/deployment.yml", another, "feat: the second release")
        second = self._release()
        self._apply(STACK)
        self._ask(Moment.USED)
        self._roll_out()
        self._require_traffic(second)
        self._require_well(users)
        self._done(f"a second release took over under traffic: {second}; {users.total} requests, none failed")

    def _roll_back(self) -> None:
        users = self.ground.users
        assert users is not None
        back = self.shell.amlops_json(f"rollback {DEPLOYMENT} --env {NAME} --direct --reason verification")
        self.scratch.pull()
        self._apply(STACK)
        self._roll_out()
        self._require_traffic(str(back["to"]))
        users.stop()
        self._require_well(users)
        self._done(f"rolled back to {back['to']}; {users.total} requests in all, none failed")

    def _drift(self) -> None:
        """Somebody keeps logs for longer, by hand."""
        azure = self.ground.azure
        id = f"{self.ground.group}/providers/Microsoft.OperationalInsights/workspaces/{self.ground.names.log_analytics}"
        self.shell.amlops(f"drift {NAME}")
        body = azure.resource(id, _LOGS)
        if body is None:
            raise AmlopsError("the platform has no Log Analytics workspace")
        kept = {"sku": body["properties"]["sku"], "retentionInDays": 60}
        wanted = {"location": body["location"], "tags": body.get("tags") or {}, "properties": kept}
        azure.put(id, _LOGS, wanted)
        found = self.shell.amlops_json(f"drift {NAME}", codes=(DRIFTED,))
        (stack,) = found["stacks"]
        self.shell.amlops(f"drift {NAME} --revert")
        self.shell.amlops(f"drift {NAME}")
        self._done(f"a change by hand was found and undone: {len(stack['differences'])} differences")

    def _destroy(self) -> None:
        self.shell.amlops(f"destroy {NAME} --yes")
        self._done("everything is destroyed, by the command")
        self._ask(Moment.DESTROYED)

    # -- parts of steps ---------------------------------------------------------------------------------------------

    def _apply(self, stack: str) -> None:
        """As a merge does it: what git explains is worked out without a credential, and exactly that is applied."""
        expected = f".local/expected-{stack}.json"
        self.shell.amlops(f"plan --expected {stack} --out {expected}")
        self.shell.amlops(f"apply {stack} --expected {expected}")

    def _release(self) -> str:
        made = self.shell.amlops_json(f"release {DEPLOYMENT} --env {NAME} --commit")
        self.scratch.pull()
        return str(made["release"])

    def _roll_out(self) -> None:
        """A rollout ends its run after 50 minutes, and hands on."""
        while True:
            found = self.shell.amlops_json(f"rollout {STACK}")
            if not found["handed_on"]:
                break
        self.scratch.pull()
        if found["verdict"] not in (None, "healthy"):
            raise AmlopsError(f"{STACK}: {found['sentence']}")

    def _require_traffic(self, release: str) -> None:
        live = read_endpoint(self.ground.session.endpoint(DEPLOYMENT))
        found = dict(live.traffic) if live is not None else {}
        if found != {f"r-{release}": 100}:
            raise AmlopsError(f"{STACK}: the traffic is {found}, and all of it should go to {release}")

    def _require_well(self, users: Users) -> None:
        if users.failed or not users.answered:
            raise AmlopsError(f"{STACK}: of {users.total} requests failed: {dict(users.failed)}")

    def _users(self) -> Users:
        session = self.ground.session
        place = session.endpoint(DEPLOYMENT)
        live = read_endpoint(place)
        if live is None:
            raise AmlopsError(f"{STACK}: the endpoint is gone")
        body = (self.scratch.repo.deployment(DEPLOYMENT) / "sample-request.json").read_bytes()
        target = Target(live.scoring_uri, primary_key(place), body, session.azure.ca, at_once=1)
        return Users(target, session.azure.now)

    def _ask(self, moment: Moment) -> None:
        for question in first_looks(moment):
            with self.told.step(f"looking for {question.id}"):
                look_first(question, self.ground)
        for question in at(moment):
            with self.told.step(f"asking {question.id}"):
                answer = answered(question, self.ground)
                self.told.line(f"{question.id}: {answer.sentence}")
                self.record.answer(question, answer)

    def _done(self, what: str) -> None:
        self.told.line(what)
        self.record.step(what)


def session_of(scratch: Scratch, told: Progress) -> Session:
    """The scratch clone's environment, as who runs this."""
    repo = Repository(scratch.path)
    environment = load_environment(repo, NAME)
    stack, _ = parse_stack(repo, NAME)
    return open_session(repo, environment, told, start=False, stack=stack)
