"""A rollout as a picture: traffic, errors and latency over time, one above the other, as SVG. Pure.

Readable on a light and a dark page, without fonts, scripts or anything from elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from .figures import MINUTE, Figures, Minute
from .history import History

WIDTH, LEFT, RIGHT = 960, 64, 24
TOP, PANEL, GAP = 74, 118, 40
NEW, OLD, GRID, TEXT, BACK = "#0969da", "#6e7781", "#d8dee4", "#1f2328", "#cf222e"
FONT = "font-family='ui-sans-serif,system-ui,sans-serif'"
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440)
"""Minutes between two times at the bottom; the first that leaves room."""

Value = Callable[[Minute], float | None]


@dataclass(frozen=True, slots=True)
class Scale:
    """From a moment to a place on the page."""

    since: datetime
    until: datetime

    def x(self, at: datetime) -> float:
        whole = (self.until - self.since).total_seconds()
        share = (at - self.since).total_seconds() / whole
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max(share, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the three: `top` on the page, values from 0 to `most`."""

    top: float
    most: float
    title: str
    unit: str

    def y(self, value: float) -> float:
        return self.top + PANEL * (1 - min(value / self.most, 1.0))


def plot(history: History) -> str:
    """The whole document."""
    scale = Scale(history.began, max(history.ended, history.began + MINUTE))
    ours, theirs = (found.within(history.began - MINUTE, scale.until) for found in (history.ours, history.theirs))
    both = (*ours.minutes, *theirs.minutes)
    tops = [TOP + at * (PANEL + GAP) for at in range(3)]
    traffic = Panel(tops[0], 100, "Traffic of the candidate", " %")
    errors = Panel(tops[1], _ceiling(max([1.0, *(_rate(m) or 0 for m in both)])), "Failed requests", " %")
    latency = Panel(tops[2], _ceiling(1.15 * max([1.0, *(m.p95 or 0 for m in both)])), "95 % answered within", " ms")
    height = tops[2] + PANEL + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img">',
        f"<title>{escape(history.sentence)}</title>",
        f'<rect width="100%" height="100%" rx="6" fill="#ffffff" stroke="{GRID}"/>',
        *_head(history),
    ]
    for panel in (traffic, errors, latency):
        parts += _frame(panel)
    parts += _traffic(history, traffic, scale)
    for panel, value in ((errors, _rate), (latency, _p95)):
        parts += _line(theirs, value, panel, scale, OLD, width=5)
        parts += _line(ours, value, panel, scale, NEW)
    parts += _times(scale, tops[2] + PANEL)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _head(history: History) -> Iterator[str]:
    where = f"{history.deployment} in {history.environment}"
    yield _text(LEFT, 26, f"Rollout of {history.release}: {where}", size=16, weight="600")
    yield _text(
        LEFT, 46, _short(history.sentence, 128), size=12, colour=BACK if history.verdict == "rejected" else TEXT
    )
    names = (
        [(NEW, f"candidate {history.release}"), (OLD, f"old {history.old}")] if history.old else [(NEW, "candidate")]
    )
    at = float(WIDTH - RIGHT)
    for colour, name in reversed(names):
        at -= 6.6 * len(name) + 8
        yield _text(at, 26, name, size=12)
        yield f'<rect x="{at - 16:.1f}" y="17" width="11" height="11" rx="2" fill="{colour}"/>'
        at -= 28


def _frame(panel: Panel) -> Iterator[str]:
    yield _text(LEFT, panel.top - 8, panel.title, size=12, weight="600")
    for share in (0.0, 0.5, 1.0):
        y, value = panel.y(panel.most * share), panel.most * share
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
        yield _text(LEFT - 8, y + 4, f"{value:.3g}{panel.unit}", size=11, anchor="end", colour=OLD)


def _traffic(history: History, panel: Panel, scale: Scale) -> Iterator[str]:
    """The live share as a filled staircase, the mirrored one dashed."""
    for phase in history.phases:
        left, right = scale.x(phase.since), scale.x(phase.until)
        live = phase.step.live if phase.step else 0
        mirror = phase.step.mirror if phase.step else 0
        y, foot = panel.y(live), panel.y(0)
        if live:
            yield (
                f'<rect x="{left:.1f}" y="{y:.1f}" width="{max(right - left, 1):.1f}" height="{foot - y:.1f}" '
                f'fill="{NEW}" fill-opacity="0.22"/>'
            )
            yield _path([(left, y), (right, y)], NEW)
        elif mirror:
            top = panel.y(mirror)
            yield _path([(left, top), (right, top)], NEW, dashed=True)
        else:
            yield _path([(left, foot), (right, foot)], BACK)
        label = f"{live} %" if live else f"mirror {mirror} %" if mirror else "back"
        if right - left > 7 * len(label):
            above = panel.y(live or mirror) - 5
            yield _text((left + right) / 2, max(above, panel.top + 14), label, size=11, anchor="middle")


def _line(
    figures: Figures, value: Value, panel: Panel, scale: Scale, colour: str, *, width: float = 2
) -> Iterator[str]:
    """Minutes in a row are joined; a lonely one is a dot. The old one's is wide and pale, so that it shows below."""
    for run in _runs(figures, value):
        points = [(scale.x(at + MINUTE / 2), panel.y(found)) for at, found in run]
        if len(points) > 1:
            yield _path(points, colour, width=width)
        if len(points) <= 60:
            radius = 1.5 + width / 2
            yield from (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"{_pale(width)}/>' for x, y in points
            )


def _runs(figures: Figures, value: Value) -> Iterator[list[tuple[datetime, float]]]:
    run: list[tuple[datetime, float]] = []
    for minute in figures.minutes:
        found = value(minute)
        if run and (found is None or minute.at - run[-1][0] > MINUTE):
            yield run
            run = []
        if found is not None:
            run.append((minute.at, found))
    if run:
        yield run


def _times(scale: Scale, foot: float) -> Iterator[str]:
    minutes = (scale.until - scale.since).total_seconds() / 60
    every = next((tick for tick in TICKS if minutes / tick <= 10), TICKS[-1])
    at = scale.since.replace(second=0, microsecond=0)
    at -= timedelta(minutes=(at.hour * 60 + at.minute) % every)
    while (at := at + timedelta(minutes=every)) <= scale.until:
        x = scale.x(at)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{foot:.1f}" y2="{foot + 5:.1f}" stroke="{OLD}"/>'
        yield _text(x, foot + 19, f"{at:%H:%M}", size=11, anchor="middle", colour=OLD)
    yield _text(LEFT, foot + 34, f"{scale.since:%Y-%m-%d} UTC", size=11, colour=OLD)


def _pale(width: float) -> str:
    return ' opacity="0.45"' if width > 2 else ""


def _path(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False, width: float = 2) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="{width}"{dash}{_pale(width)}/>'


def _text(
    x: float, y: float, text: str, *, size: int, weight: str = "400", anchor: str = "start", colour: str = TEXT
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}">{escape(text)}</text>'
    )


def _rate(minute: Minute) -> float | None:
    return 100 * minute.errors / minute.requests if minute.requests else None


def _p95(minute: Minute) -> float | None:
    return minute.p95


def _ceiling(value: float) -> float:
    """The next round number: 1, 2, 2.5, 5 or 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if value <= step * power)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
