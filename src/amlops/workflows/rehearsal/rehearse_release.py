"""A deployment whose code or manifests changed without a release, tried in the environment `local`: trained and served
as the base has it, trained anew as the change has it, put beside it as a candidate, rolled out.
"""

from __future__ import annotations

from contextlib import ExitStack

from amlops.config import LOCAL, load_about
from amlops.errors import AmlopsError
from amlops.releases import Release, Stage, write_stage
from amlops.stacks import StackName

from ..session import Session
from .rehearse import Run, Tried
from .stand_in_model import registered


class ReleaseRun(Run):
    """A run in the environment `local`, on a rehearsal that has the base's files."""

    def of_deployment(self, deployment: str) -> Tried:
        """Tries the change of one deployment. What fails is in the answer."""
        stack = StackName(f"{LOCAL}.{deployment}", LOCAL, "deployment", deployment)
        self._bring_up_base([deployment])
        with ExitStack() as ending:
            for name, target in self.targets.items():
                self._ask(name, target, ending)
            self.rehearsal.switch(self.head)
            try:
                session = self.rehearsal.session(LOCAL)
                if LOCAL not in load_about(session.repo, deployment).environments:
                    message = f'it does not run in "{LOCAL}"; add it to the environments of its about.yaml'
                    return Tried(stack, failure=f"it can't be rehearsed: {message}")
                self._bring_up_foundations(session)
                self._make_candidate(session, deployment)
            except AmlopsError as error:
                return Tried(stack, failure=str(error))
            return self._try(stack, ending)

    def _bring_up(self, session: Session, deployment: str) -> None:
        """The base's own release. One that can't be made is no reason not to try the change."""
        try:
            if LOCAL not in load_about(session.repo, deployment).environments:
                return
            self._release_anew(session, deployment)
        except AmlopsError as error:
            self.notes.setdefault(deployment, []).append(f"the base could not be released: {error}")
            return
        super()._bring_up(session, deployment)

    def _make_candidate(self, session: Session, deployment: str) -> None:
        """The change's release, beside the base's one where they differ."""
        before = self.before.get(deployment, Stage())
        release = self._release_anew(session, deployment)
        if before.current is not None and release.id != before.current:
            write_stage(session.repo, deployment, LOCAL, Stage(current=before.current, candidate=release.id))

    def _release_anew(self, session: Session, deployment: str) -> Release:
        """A release of the files as they are, trained where no rehearsal trained just this before."""
        from amlops.releases.make import make_release

        repo, environment, progress = session.repo, session.environment, session.progress
        trains = load_about(repo, deployment).training is not None
        model = registered(session, deployment) if trains else None
        with progress.step(f"releasing {deployment}"):
            return make_release(repo, deployment, environment, session.azure, model=model, say=progress.hint)
