"""The frame of the benchmarks: what is measured is told; how fast anything is, is not tested."""

from __future__ import annotations

import json

from benchmarks import measuring, registry, table
from benchmarks.measuring import Row, Skipped, compare, compare_seconds
from benchmarks.page import PAGE, RESULTS, with_tables


def row(unit: str, *ratios: float, goal: float | None = 1.0) -> Row:
    return Row("ours", "theirs", goal, unit, 2.0, 1.0, ratios)


def test_both_sides_take_turns_after_one_run_that_does_not_count() -> None:
    done: list[str] = []

    def ours() -> float:
        done.append("ours")
        return 3.0

    def theirs() -> float:
        done.append("theirs")
        return 2.0

    found = compare_seconds("a", ours, "b", theirs, goal=2.0)

    assert done == ["ours", "theirs"] * (measuring.RUNS + 1)
    assert (found.ratio, found.reached) == (1.5, True)


def test_a_rate_is_how_often_per_second() -> None:
    found = compare("a", lambda: 10, "b", lambda: 10, runs=1)

    assert found.unit == "per second"
    assert found.ours > 0
    assert found.reached is None


def test_a_goal_is_the_least_of_a_rate_and_the_most_of_a_time() -> None:
    assert row("per second", 0.9, 1.1, 5.0).reached
    assert not row("seconds", 0.9, 1.1, 5.0).reached
    assert row("seconds", 0.9, 1.0, 5.0).reached


def test_a_line_tells_the_goal_the_median_and_the_spread() -> None:
    told = table.as_line(row("per second", 3.0, 1.0, 2.0, goal=2.5))

    assert " ".join(told.split()) == "ours theirs >= 2.5 2 -- 1 to 3 2 per second"


def test_a_line_that_was_skipped_tells_why() -> None:
    told = table.as_line(Skipped("ours", "theirs", 0.5, "seconds", "it is not to be had"))

    assert told.split("<= 0.5")[1] == " skipped: it is not to be had"


def test_every_module_with_rows_is_known_by_its_name() -> None:
    assert {"echo", "cassettes", "replay"} <= registry.all_rows().keys()
    assert "measuring" not in registry.all_rows()


def test_the_page_shows_the_results_that_are_beside_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    results = json.loads(RESULTS.read_text(encoding="utf-8"))

    assert with_tables(page, results) == page
