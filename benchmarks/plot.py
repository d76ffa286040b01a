"""A report as a picture, as PNG and as SVG: bars, one group a row, or curves in panels."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.report import PREDICTED, Report

COLOURS = ("#2b6cb0", "#dd8452", "#55a868", "#8172b3")
OTHER = "#a0aec0"
TEN_COLOURS = [f"C{number}" for number in range(10)]
LINE_STYLES = ("-", "--", ":")
INCHES_A_BAR, INCHES_A_PANEL, INCHES_AROUND, WIDTH_INCHES = 0.32, 2.6, 1.4, 9.0
DOTS_PER_INCH = 150


def draw(report: Report, folder: Path, name: str) -> list[Path]:
    """Write `name.png` and `name.svg` into a folder; their paths.

    Its curves, where it has some; else one bar for each of its `plotted` columns.
    """
    figure = _curves(report) if report.curves else _bars(report)
    facts = ", ".join(f"{what} {fact}" for what, fact in report.machine.items())
    figure.supxlabel(facts, fontsize=6, color="#718096")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{ending}" for ending in ("png", "svg")]
    for path in paths:
        # Without the day in it, the same figures are the same file.
        about = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, dpi=DOTS_PER_INCH, metadata=about)
    return paths


def _curves(report: Report) -> Figure:
    """A panel each, the curves' names beside it; dashed what was predicted of the same name."""
    height = INCHES_AROUND + INCHES_A_PANEL * len(report.curves)
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    panels = figure.subplots(len(report.curves), 1, squeeze=False, sharex=True, sharey=True)
    for axes, (title, curves) in zip(panels.flat, report.curves.items(), strict=True):
        measured = [name for name in curves if not name.endswith(PREDICTED)]
        for name, points in curves.items():
            number = measured.index(name.removesuffix(PREDICTED))
            style = LINE_STYLES[number // len(TEN_COLOURS) % len(LINE_STYLES)]
            style = "--" if name.endswith(PREDICTED) else style
            colour = TEN_COLOURS[number % len(TEN_COLOURS)]
            axes.plot(*zip(*points, strict=True), style, color=colour, marker=".", label=name)
        if report.by_powers:
            axes.loglog()
        else:
            axes.set_ylim(bottom=0)
            axes.set_xticks(sorted({x for points in curves.values() for x, _ in points}))
        axes.set_title(title, loc="left", fontsize=9)
        axes.grid(visible=True, which="major", color="#e2e8f0")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=5.5, frameon=False)
    panels[-1][0].set_xlabel(report.curves_over)
    figure.suptitle(report.title, x=0.01, ha="left", fontsize=10)
    return figure


def _bars(report: Report) -> Figure:
    """With one column, what is not Onhand's is grey."""
    rows = [dict(zip(report.columns, row, strict=True)) for row in report.rows]
    labels = [str(row[report.columns[0]]) for row in rows]
    groups = len(report.plotted)
    height = INCHES_AROUND + INCHES_A_BAR * groups * len(rows)
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    axes = figure.add_subplot()
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
    axes.set_title(report.title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    if groups > 1:
        axes.legend(frameon=False)
    return figure
