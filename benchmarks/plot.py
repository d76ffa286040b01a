"""A report as a picture: bars, one group a row, or curves where it has them; as PNG and as SVG."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report import Report

COLOURS = ("#2b6cb0", "#dd8452", "#55a868", "#8172b3", "#c44e52", "#937860")
OTHER = "#a0aec0"
INCHES_A_BAR, INCHES_AROUND, WIDTH_INCHES, CURVES_INCHES = 0.32, 1.4, 9.0, 5.0
DOTS_PER_INCH = 150


def draw(report: Report, folder: Path, name: str) -> list[Path]:
    """Write `name.png` and `name.svg` into a folder; their paths."""
    bars = INCHES_A_BAR * len(report.plotted) * len(report.rows)
    height = CURVES_INCHES if report.curves else INCHES_AROUND + bars
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    axes = figure.add_subplot()
    if report.curves:
        _draw_curves(axes, report)
    else:
        _draw_bars(axes, report)
    axes.set_title(report.title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    facts = ", ".join(f"{what} {fact}" for what, fact in report.machine.items())
    figure.supxlabel(facts, fontsize=6, color="#718096")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{ending}" for ending in ("png", "svg")]
    for path in paths:
        # Without the day in it, the same figures are the same file.
        about = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, dpi=DOTS_PER_INCH, metadata=about)
    return paths


def _draw_bars(axes: Axes, report: Report) -> None:
    """One bar for each of the `plotted` columns. With one column, what is not Onhand's is grey."""
    rows = [dict(zip(report.columns, row, strict=True)) for row in report.rows]
    labels = [str(row[report.columns[0]]) for row in rows]
    groups = len(report.plotted)
    thickness = 0.8 / groups
    for number, column in enumerate(report.plotted):
        values = [float(row[column] or 0) for row in rows]
        places = [place + (number - (groups - 1) / 2) * thickness for place in range(len(rows))]
        colours = [
            COLOURS[number] if groups > 1 or label.startswith("Onhand") else OTHER
            for label in labels
        ]
        bars = axes.barh(places, values, thickness, color=colours, label=column)
        axes.bar_label(bars, fmt="{:,.6g}", padding=3, fontsize=8)
    axes.set_yticks(range(len(rows)), labels)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel(", ".join(report.plotted))
    if groups > 1:
        axes.legend(frameon=False)


def _draw_curves(axes: Axes, report: Report) -> None:
    """Each curve in a colour of its own; a dashed one in that of the curve before it."""
    colour = -1
    for curve in report.curves:
        colour += not curve.dashed
        x, y = zip(*curve.points, strict=True)
        style = "--" if curve.dashed else "-"
        axes.plot(x, y, style, marker=".", color=COLOURS[colour % len(COLOURS)], label=curve.name)
        axes.set_xticks(x)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(report.curves_over)
    axes.set_ylabel(report.plotted[0])
    axes.legend(frameon=False, fontsize=8)
