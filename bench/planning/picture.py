"""Cost and bound over time as a picture: one panel for each instance, drawn by hand as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bench.planning.one import Run

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 260, 70, 130, 34, 36
COST, BOUND, GREY = "#b3261e", "#1f5fa8", "#777"


def picture(runs: Sequence[Run]) -> str:
    """Of the runs that had a trace. The scale of what is paid is logarithmic."""
    panels = [_panel(one, number * HEIGHT) for number, one in enumerate(runs)]
    frame = f"0 0 {WIDTH} {HEIGHT * len(runs)}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{frame}" font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT * len(runs)}" fill="#fff"/>',
            *(line for panel in panels for line in panel),
            "</svg>\n",
        ]
    )


def _panel(one: Run, above: int) -> Iterator[str]:
    longest = max(0.01, *(seconds for seconds, _, _ in one.trace))
    paid = [value for _, cost, bound in one.trace for value in (cost, bound) if value > 0]
    low, high = math.log10(min(paid) * 0.9), math.log10(max(paid) * 1.1)

    def across(seconds: float) -> float:
        return LEFT + seconds / longest * (WIDTH - LEFT - RIGHT)

    def down(value: float) -> float:
        share = (math.log10(value) - low) / (high - low)
        return above + HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    yield _text(LEFT, above + 20, f"{one.instance}: cost and bound over {longest:.1f} s", "start", "#222")
    for tick in _ticks(10**low, 10**high):
        yield f'<path d="M{LEFT} {down(tick):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield _text(LEFT - 8, down(tick) + 4, f"{tick:,}", "end", GREY)
    for step in range(5):
        seconds = longest * step / 4
        yield _text(across(seconds), above + HEIGHT - 14, f"{seconds:.1f} s", "middle", GREY)
    _, cost, bound = one.trace[-1]
    apart = 14 if cost > 0 and bound > 0 and abs(down(cost) - down(bound)) < 14 else 0
    for column, colour, name, value, moved in (
        (1, COST, "cost", cost, -apart / 2),
        (2, BOUND, "bound", bound, apart / 2),
    ):
        steps = [(across(each[0]), down(each[column])) for each in one.trace if each[column] > 0]
        if steps:
            path = f"M{steps[0][0]:.1f} {steps[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in steps[1:])
            yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            yield _text(WIDTH - RIGHT + 8, steps[-1][1] + 4 + moved, f"{name} {value:,.0f}", "start", colour)


def _ticks(low: float, high: float) -> list[int]:
    """Round numbers; where there are too few of them, five as far from each other."""
    powers = range(int(math.log10(low)), int(math.log10(high)) + 1)
    found = [digit * 10**power for power in powers for digit in (1, 2, 5) if low <= digit * 10**power <= high]
    return found if len(found) > 2 else [round(low + (high - low) * step / 4) for step in range(5)]


def _text(x: float, y: float, words: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
