"""The plot of docs/performance.md: how far each ratio is from its goal."""

from __future__ import annotations

import json
import statistics
from typing import Any

from benchmarks.page import PAGE, RESULTS

__all__ = ["main"]


def main() -> None:
    """Draw it, as SVG, with text that stays text."""
    import matplotlib as mpl  # noqa: PLC0415 - of the dependency group `bench`

    mpl.use("svg")
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["svg.hashsalt"] = "wsfake"
    from matplotlib import pyplot as plt  # noqa: PLC0415

    rows = [row for row in _rows() if row["goal"] is not None and "why" not in row]
    names = [f"{row['what']} / {row['against']}" for row in rows]
    medians = [_share(row, statistics.median(row["ratios"])) for row in rows]
    spreads = [sorted(_share(row, ratio) for ratio in row["ratios"]) for row in rows]
    figure, axes = plt.subplots(figsize=(9, 0.32 * len(rows) + 1))
    colours = ["#2a9d5c" if share >= 1 else "#c96a2b" for share in medians]
    axes.barh(names, medians, color=colours)
    for place, spread in enumerate(spreads):
        axes.plot([spread[0], spread[-1]], [place, place], color="#333333", linewidth=1)
    axes.axvline(1, color="#333333", linestyle=":")
    axes.set_xscale("log")
    axes.set_xlabel("how many times as good as its goal (median, and spread)")
    axes.invert_yaxis()
    axes.tick_params(axis="y", labelsize=8)
    figure.savefig(PAGE.with_suffix(".svg"), bbox_inches="tight", metadata={"Date": None})


def _rows() -> list[dict[str, Any]]:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    return [row for part in results.values() for row in part["rows"]]


def _share(row: dict[str, Any], ratio: float) -> float:
    ratio = max(ratio, 1e-3)
    goal: float = row["goal"]
    return ratio / goal if row["unit"] == "per second" else goal / ratio


if __name__ == "__main__":
    main()
