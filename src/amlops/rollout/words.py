"""A rollout in words: lines of the log while it goes on, the job's summary at its end. Pure."""

from __future__ import annotations

from .figures import Figures
from .history import History
from .situation import Situation


def progress_of(now: Situation) -> str:
    """Where it stands, with what was measured in the step's complete minutes."""
    if now.new is None or now.step is None:
        return ""
    found = now.evidence
    left = f"{now.step} on {now.new.release}: {_figures(found.ours)}"
    old = f"; {now.old.release}: {_figures(found.theirs)}" if now.old and found.theirs.minutes else ""
    minutes = "1 complete minute" if found.minutes == 1 else f"{found.minutes} complete minutes"
    return f"{left}{old}; {minutes}"


def summary(history: History, picture: str | None) -> str:
    """Markdown for the job's summary. `picture` is the address of the plot, where there is one."""
    mark = "✅" if history.verdict == "healthy" else "⛔"
    lines = [f"### {mark} {history.deployment} in {history.environment}", "", f"{history.sentence}.", ""]
    if history.phases:
        lines += [
            f"| step | from | requests | failed | 95 % within | `{history.old}` requests | failed | 95 % within |",
            "|---|---|--:|--:|--:|--:|--:|--:|",
        ]
        for phase in history.phases:
            cells = [str(phase), f"{phase.since:%H:%M:%S}", *_cells(phase.ours), *_cells(phase.theirs)]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    if picture:
        lines += [f"![traffic, errors and latency]({picture})", ""]
    return "\n".join(lines)


def _figures(found: Figures) -> str:
    p95 = "" if found.p95 is None else f", 95 % within {found.p95:.0f} ms"
    return f"{found.requests:.0f} requests, {found.errors:.0f} failed{p95}"


def _cells(found: Figures) -> tuple[str, str, str]:
    p95 = "" if found.p95 is None else f"{found.p95:.0f} ms"
    return f"{found.requests:.0f}", f"{found.errors:.0f}", p95
