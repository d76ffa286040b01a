"""A report as a picture: bars, one group a row, as PNG and as SVG."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.report import Report

COLOURS = ("#2b6cb0", "#dd8452", "#55a868", "#8172b3")
OTHER = "#a0aec0"
INCHES_A_BAR, INCHES_AROUND, WIDTH_INCHES = 0.32, 1.4, 9.0
DOTS_PER_INCH = 150


def draw(report: Report, folder: Path, name: str) -> list[Path]:
    """Write `name.png` and `name.svg` into a folder; their paths.

    One bar for each of the report's `plotted` columns. With one column, what is not Onhand's is
    grey.
    """
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
    facts = ", ".join(f"{what} {fact}" for what, fact in report.machine.items())
    figure.supxlabel(facts, fontsize=6, color="#718096")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{ending}" for ending in ("png", "svg")]
    for path in paths:
        # Without the day in it, the same figures are the same file.
        about = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, dpi=DOTS_PER_INCH, metadata=about)
    return paths
