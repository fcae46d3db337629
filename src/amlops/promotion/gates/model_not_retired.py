"""Gate: no model that the release uses is retired, or will be before long.

Source: `retired_models` of promotion.yaml, against the registry ids in the release.
"""

from __future__ import annotations

from datetime import UTC, timedelta

from amlops.config import gates as asked

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate


class ModelNotRetired(Gate):
    kind = "model-not-retired"

    def decide(self, now: Situation) -> Verdict:
        release = now.ours.release
        if release is None:
            return self.failed(f"there is no file of release {now.step.release}")
        used = [asset.id for asset in release.assets if asset.kind == "model"]
        notice = timedelta(days=self.settings(now, asked.ModelNotRetired).notice_days)
        today = now.now.astimezone(UTC).date()
        later = ""
        for retired in now.retired_models:
            hit = next((id for id in used if id == retired.model or id.startswith(f"{retired.model}/")), None)
            if hit is None:
                continue
            if today + notice >= retired.on:
                return self.failed(f"{hit} retires on {retired.on}: {retired.reason}")
            later = f"; {hit} retires on {retired.on}"
        return self.passed(f"none of its {len(used)} models is retired{later}")
