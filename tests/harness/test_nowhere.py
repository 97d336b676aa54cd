"""Where nobody is, as a cassette says it."""

from __future__ import annotations

from wsfake.harness.nowhere import Nowhere


def test_it_is_written_and_read_as_urls() -> None:
    nowhere = Nowhere()
    nowhere.nobody("Feed.example.", 80, "refused")
    nowhere.nobody("2001:DB8::1", 443, "unreachable")
    nowhere.nobody("no.example", None, "not found")
    extras = {
        "tcp://feed.example:80": "refused",
        "tcp://[2001:db8::1]:443": "unreachable",
        "tcp://no.example": "not found",
    }
    assert nowhere.extras() == extras
    again = Nowhere()
    again.read({**extras, "note": 1, "tcp://": "refused", "tcp://h:port": "refused"})
    assert again.extras() == extras
    assert again.hosts == ["feed.example", "2001:db8::1", "no.example"]


def test_a_host_that_does_not_exist_is_nowhere_at_any_port() -> None:
    nowhere = Nowhere()
    nowhere.nobody("no.example", None, "not found")
    assert nowhere.why("no.example", 80) == nowhere.why("no.example", None) == "not found"
    assert nowhere.why("other.example", 80) is nowhere.why("other.example", None) is None


def test_a_place_is_nowhere_at_its_own_port_under_each_name_of_its_host() -> None:
    nowhere = Nowhere()
    nowhere.nobody("::1", 80, "refused")
    assert nowhere.why("127.0.0.1", 80) == nowhere.why("localhost", None) == "refused"
    assert nowhere.why("localhost", 81) is None


def test_a_host_that_has_an_address_after_all_does_exist() -> None:
    nowhere = Nowhere()
    nowhere.nobody("slow.example", None, "not found")
    nowhere.nobody("slow.example", 80, "refused")
    assert nowhere.extras() == {"tcp://slow.example:80": "refused"}


def test_who_was_found_once_is_somewhere_for_good() -> None:
    nowhere = Nowhere()
    nowhere.nobody("feed.example", None, "not found")
    nowhere.nobody("feed.example", 80, "refused")
    nowhere.somebody("feed.example", 80)
    nowhere.nobody("feed.example", 80, "refused")
    nowhere.nobody("feed.example", None, "not found")
    assert nowhere.extras() == {}
