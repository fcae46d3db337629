"""What events start, and the runs that came of it.

Filters, who may start runs, concurrency, environments that wait for a person: what act leaves out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from . import cron, events, expressions, filters
from .concurrency import Cancelled, Groups
from .hub import Hub, Issue
from .remote import ABSENT, Remote
from .run import Leg, Run
from .tokens import Token
from .workflow import FOLDER, Workflow


class Runs:
    """`execute` runs a workflow's jobs and fills in what came of them; `skipped` files succeed without being run."""

    def __init__(self, hub: Hub, execute: Callable[[Run], None], skipped: Iterable[str] = ()) -> None:
        self.hub = hub
        self.all: list[Run] = []
        self.groups = Groups()
        self.skipped = frozenset(skipped)
        self.decided = threading.Condition(hub.lock)
        self._execute = execute
        self._threads: list[threading.Thread] = []
        hub.runs, hub.on_push = self, self.pushed

    @contextmanager
    def without(self, *files: str) -> Iterator[None]:
        """Runs of these that begin while the block goes on are skipped too."""
        before, self.skipped = self.skipped, self.skipped | set(files)
        try:
            yield
        finally:
            self.skipped = before

    # -- what starts runs --------------------------------------------------------------------------------------------

    def pushed(self, remote: Remote, before: dict[str, str], after: dict[str, str], token: Token) -> None:
        """Refs of a repository changed: pull requests follow their branches, pushes start runs."""
        own = remote.path == self.hub.remote.path
        for ref in sorted(set(before) | set(after)):
            old, new = before.get(ref, ABSENT), after.get(ref, ABSENT)
            if old == new or not ref.startswith(("refs/heads/", "refs/tags/")):
                continue
            fork = "" if own else "/".join(remote.path.with_suffix("").parts[-2:])
            issue = self.hub.pull_of(ref.removeprefix("refs/heads/"), fork)
            if issue is not None and new != ABSENT:
                self.hub.update_pull(issue)
                self.pull_request(issue, "synchronize", token)
            if own and new != ABSENT:
                self._push(ref, old, new, token)

    def _push(self, ref: str, old: str, new: str, token: Token) -> None:
        if not token.starts_runs:
            return
        paths = self.hub.remote.changed(old, new)
        payload = events.push(self.hub, ref, old, new, token.login)
        for workflow in self.workflows(new):
            wanted = workflow.triggers.get("push")
            if isinstance(wanted, dict) and filters.starts("push", wanted, ref=ref, paths=paths):
                self._start(workflow, "push", payload, new, new, ref, token.login)

    def pull_request(self, issue: Issue, action: str, caller: Token) -> None:
        """Runs of the merge of both branches; none where they conflict."""
        pull = issue.pull
        assert pull is not None
        if not caller.starts_runs:
            return
        merge = self.hub.remote.resolve(f"refs/pull/{issue.number}/merge")
        if action != "closed":
            merge = self.hub.update_pull(issue)
        if merge is None:
            return
        head = self.hub.head_of(issue)
        base = self.hub.remote.git("merge-base", f"{merge}^1", head)
        paths = self.hub.remote.changed(base, head)
        payload = events.pull_request(self.hub, issue, action, caller.login)
        for workflow in self.workflows(merge):
            wanted = workflow.triggers.get("pull_request")
            if not isinstance(wanted, dict):
                continue
            if filters.starts("pull_request", wanted, base=pull.base, action=action, paths=paths):
                ref = f"refs/pull/{issue.number}/merge"
                self._start(workflow, "pull_request", payload, merge, head, ref, caller.login, issue=issue)

    def dispatch(self, file: str, ref: str, inputs: dict[str, str], caller: Token) -> Run | str:
        """A run by hand, or by a token that may write `actions`; a text says why there is none."""
        full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
        commit = self.hub.remote.resolve(full)
        if commit is None:
            return f"No ref found for: {ref}"
        workflow = next((item for item in self.workflows(commit) if item.file == file), None)
        if workflow is None or "workflow_dispatch" not in workflow.triggers:
            return "Workflow does not have 'workflow_dispatch' trigger"
        wanted = workflow.triggers["workflow_dispatch"]
        declared: dict[str, Any] = (wanted.get("inputs") or {}) if isinstance(wanted, dict) else {}
        if unknown := set(inputs) - set(declared):
            return f"Unexpected inputs provided: {sorted(unknown)}"
        given: dict[str, str] = {}
        for name, spec in declared.items():
            if name in inputs:
                given[name] = inputs[name]
            elif spec.get("required") and "default" not in spec:
                return f"Required input '{name}' not provided"
            else:
                given[name] = str(spec.get("default", ""))
        payload = events.dispatch(self.hub, workflow.path, full, given, caller.login)
        return self._start(workflow, "workflow_dispatch", payload, commit, commit, full, caller.login)

    def schedule(self, after: datetime, until: datetime, only: Collection[str] = ()) -> list[Run]:
        """Workflows whose time came between two moments run once each, however often it came; `only` these files."""
        commit = self.hub.remote.resolve("refs/heads/main")
        found = []
        for workflow in self.workflows(commit) if commit else ():
            if only and workflow.file not in only:
                continue
            lines: Any = workflow.triggers.get("schedule", ())
            for item in lines:
                if cron.fell(item["cron"], after, until):
                    payload = events.schedule(self.hub, item["cron"])
                    main = "refs/heads/main"
                    found.append(self._start(workflow, "schedule", payload, commit or "", commit or "", main, "github"))
                    break
        return found

    def workflows(self, commit: str) -> list[Workflow]:
        paths = [path for path in self.hub.remote.files(commit, FOLDER) if path.endswith((".yml", ".yaml"))]
        return [Workflow(path, self.hub.remote.read(commit, path) or "") for path in paths]

    # -- runs --------------------------------------------------------------------------------------------------------

    def of(self, file: str, *, event: str = "") -> list[Run]:
        """Runs of a workflow's file, oldest first."""
        return [run for run in self.all if run.file == file and event in ("", run.event)]

    def get(self, id: int) -> Run | None:
        return next((run for run in self.all if run.id == id), None)

    def wait(self, seconds: float = 600.0) -> list[Run]:
        """Until nothing runs any more, what the runs themselves started too; gives all runs. Runs that wait for a
        person count as done. Raises TimeoutError with what still runs."""
        until = time.monotonic() + seconds
        while any(run.active and not run.waiting_for for run in self.all):
            if time.monotonic() > until:
                raise TimeoutError("; ".join(str(run) for run in self.all if run.active))
            time.sleep(0.05)
        return list(self.all)

    def cancel(self, run: Run) -> None:
        run.cancelled = True
        self.groups.cancel(f"run-{run.id}")
        for leg in list(run.legs):
            self.groups.cancel(leg)
        if run.process is not None and run.process.poll() is None:
            run.process.terminate()
        with self.decided:
            self.decided.notify_all()

    def cancel_all(self) -> None:
        for run in self.all:
            if run.active:
                self.cancel(run)
        for thread in self._threads:
            thread.join(30)

    def red_checks(self, head: str, contexts: Iterable[str]) -> list[str]:
        """Required checks (names of jobs) that are not green on a commit."""
        green = {
            name.partition("/")[2]
            for run in self.all
            if run.head == head
            for name, conclusion in run.jobs.items()
            if conclusion in ("success", "skipped")
        }
        return [context for context in contexts if context not in green]

    def _start(
        self,
        workflow: Workflow,
        event: str,
        payload: dict[str, Any],
        commit: str,
        head: str,
        ref: str,
        actor: str,
        *,
        issue: Issue | None = None,
    ) -> Run:
        with self.hub.lock:
            number = len(self.of(workflow.file)) + 1
            branch = ref.removeprefix("refs/heads/")
            if event == "pull_request":
                branch = payload["pull_request"]["head"]["ref"]
            run = Run(
                id=self.hub.new_id() + 9000,
                number=number,
                workflow=workflow,
                event=event,
                payload=payload,
                commit=commit,
                head=head,
                ref=ref,
                branch=branch,
                actor=actor,
                created=self.hub.clock.text(),
                fork=bool(issue and issue.pull and issue.pull.fork),
                pull=issue.number if issue else None,
            )
            self.all.append(run)
        told = (run, run.file in self.skipped)
        thread = threading.Thread(target=self._go, args=told, name=f"run-{run.id}", daemon=True)
        self._threads.append(thread)
        thread.start()
        return run

    def _go(self, run: Run, skip: bool) -> None:
        group, cancels = run.workflow.concurrency
        contexts = {
            "github": {
                "event": run.payload,
                "ref": run.ref,
                "workflow": run.workflow.name,
                "run_id": run.id,
                "event_name": run.event,
                "sha": run.commit,
                "actor": run.actor,
            },
            "inputs": run.payload.get("inputs") or {},
        }
        who = f"run-{run.id}"
        try:
            if group:
                cancel = self._cancel_holder if expressions.text(cancels, contexts) == "true" else None
                self.groups.enter(expressions.text(group, contexts), who, cancel=cancel)
            run.status = "in_progress"
            if skip:
                run.jobs = {
                    f"{run.workflow.name}/{job.content.get('name', job.id)}": "success" for job in run.workflow.jobs
                }
                run.conclusion = "success"
            else:
                self._execute(run)
        except Cancelled:
            run.conclusion = "cancelled"
        except Exception as error:
            run.conclusion = "failure"
            run.log += f"\nthe simulator failed: {type(error).__name__}: {error}\n"
            raise
        finally:
            for leg in list(run.legs):
                self.groups.leave(leg)
            self.groups.leave(who)
            run.conclusion = "cancelled" if run.cancelled else run.conclusion or "failure"
            run.updated = self.hub.clock.text()
            run.waiting_for.clear()
            run.status = "completed"
            run.ended.set()

    def _cancel_holder(self, who: str) -> None:
        found = self.get(int(who.removeprefix("run-").split("-")[0]))
        if found is not None:
            threading.Thread(target=self.cancel, args=(found,), daemon=True).start()

    # -- environments ------------------------------------------------------------------------------------------------

    def enter(self, run: Run, job: str, environment: str, group: str, *, cancel: bool) -> Leg:
        """A job begins: its environment's reviewers let it in, its concurrency group is free. Raises Cancelled."""
        with self.hub.lock:
            key = f"run-{run.id}-{job}-{len(run.legs)}"
            leg = run.legs[key] = Leg(key, job, environment, group)
        if environment:
            self._await_approval(run, leg)
        if group:
            self.groups.enter(group, key, cancel=self._cancel_holder if cancel else None)
        return leg

    def _await_approval(self, run: Run, leg: Leg) -> None:
        place = self.hub.environment(leg.environment)
        if not place.reviewers:
            return

        def said() -> dict[str, Any] | None:
            return next((item for item in run.approvals if leg.environment in item["environments"]), None)

        with self.decided:
            run.waiting_for.append(leg.environment)
            run.status = "waiting"
            self.decided.wait_for(lambda: said() is not None or run.cancelled)
            run.waiting_for.remove(leg.environment)
            run.status = "waiting" if run.waiting_for else "in_progress"
            found = said()
        if found is None or found["state"] == "rejected":
            raise Cancelled(f"{leg.environment} let {leg.job} not in")
        leg.approved_by = found["user"]

    def leave(self, run: Run, key: str) -> None:
        self.groups.leave(key)
