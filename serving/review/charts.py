"""Charts as inline SVG, drawn on the server; a bar carries its number as text, so none needs its colour."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 640
HEIGHT = 200
TOP, BOTTOM, LEFT = 18, 30, 4


class Bar(NamedTuple):
    """A bar with what is written below and above it; `low` and `high` draw its interval."""

    x: float
    y: float
    width: float
    height: float
    label: str
    text: str
    low: float | None
    high: float | None

    @property
    def middle(self) -> float:
        """Where its texts stand."""
        return self.x + self.width / 2


def bars(
    values: Sequence[float | None],
    labels: Sequence[str],
    texts: Sequence[str],
    intervals: Sequence[tuple[float, float] | None] | None = None,
) -> list[Bar]:
    """Lay out one bar per value; None leaves a gap."""
    spans = intervals or [None] * len(values)
    tallest = max([value or 0 for value in values] + [span[1] for span in spans if span] + [1e-9])
    room = HEIGHT - TOP - BOTTOM
    slot = (WIDTH - 2 * LEFT) / max(len(values), 1)

    def height_of(value: float) -> float:
        return HEIGHT - BOTTOM - value / tallest * room

    made = []
    for place, (value, label, text, span) in enumerate(zip(values, labels, texts, spans, strict=True)):
        top = height_of(value or 0)
        made.append(
            Bar(
                x=round(LEFT + place * slot + slot * 0.2, 1),
                y=round(top, 1),
                width=round(slot * 0.6, 1),
                height=round(HEIGHT - BOTTOM - top, 1),
                label=label,
                text=text,
                low=round(height_of(span[0]), 1) if span else None,
                high=round(height_of(span[1]), 1) if span else None,
            )
        )
    return made
