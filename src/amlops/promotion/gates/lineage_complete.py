"""Gate: it is known what the release was made of: commit, training job, digests of everything, and no change that was
in no commit.

Source: the release's provenance, and the evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate


class LineageComplete(Gate):
    kind = "lineage-complete"

    def decide(self, now: Situation) -> Verdict:
        missing = list(_missing(now))
        if missing:
            return self.failed("; ".join(missing))
        release = now.ours.release
        assert release is not None
        job = f", job {release.provenance.job}" if release.provenance.job else ""
        return self.passed(
            f"commit {(release.provenance.commit or '')[:10]}{job}, {len(release.assets)} assets with digests"
        )


def _missing(now: Situation) -> Iterator[str]:
    release = now.ours.release
    if release is None:
        yield f"there is no file of release {now.step.release}"
        return
    made = release.provenance
    if made.commit is None:
        yield "the release names no commit"
    elif now.main and made.commit not in now.main:
        yield f"its commit {made.commit[:10]} is not on main"
    if made.dirty:
        yield "it was made from files that were in no commit"
    if not made.manifests:
        yield "it names no manifest"
    if now.about.training is not None and made.job is None:
        yield "it names no training job"
    evaluation = now.ours.evaluation
    if evaluation is not None and made.job is not None and evaluation.job not in (None, made.job):
        yield f"job {evaluation.job} was evaluated, and the release is of job {made.job}"
