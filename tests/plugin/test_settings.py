"""Where a setting comes from, what goes before what, and what is said of one that cannot be."""

import pytest

from pytest_wsfake import options
from tests.plugin.reports import block, run
from wsfake.harness import MODES

SOURCES = ("ini", "hook", "config", "marker", "command line")


@pytest.mark.parametrize(
    "given", [SOURCES[:n] for n in range(6)], ids=lambda given: str(len(given))
)
def test_the_command_line_goes_before_the_marker_the_config_the_hook_and_the_ini_file(
    pytester: pytest.Pytester, given: tuple[str, ...]
) -> None:
    modes = dict(zip(SOURCES, ("once", "new_episodes", "live", "verify", "rewrite"), strict=True))
    modes = {source: modes[source] for source in given}
    pytester.makeini("[pytest]\n" + (f"ws_mode = {modes['ini']}" if "ini" in modes else ""))
    if "hook" in modes:
        pytester.makeconftest(
            "def pytest_wsfake_configure(config, settings):\n"
            f"    assert settings['mode'] == 'once'\n    settings['mode'] = {modes['hook']!r}\n"
        )
    pytester.makepyfile(
        f"""
import pytest

@pytest.fixture(scope="module")
def ws_fake_config():
    return {{"mode": {modes.get("config")!r}}}

@pytest.mark.ws_fake(mode={modes.get("marker")!r})
def test_it(ws_fake):
    assert ws_fake._settings.mode == {[*modes.values(), "none"][len(modes) - 1 if modes else 0]!r}
"""
    )
    option = [f"--ws-mode={modes['command line']}"] if "command line" in modes else []

    run(pytester, *option).assert_outcomes(passed=1)


INI = {
    "ws_mode": ("live", "mode", "'live'"),
    "ws_base_url": ("http://page.test/", "base_url", "'http://page.test/'"),
    "ws_match": ("json", "match", "'json'"),
    "ws_volatile": ("id\n  $.meta.ts", "volatile", "('id', '$.meta.ts')"),
    "ws_unplayed": ("warn", "unplayed", "'warn'"),
    "ws_order": ("strict", "order", "'strict'"),
    "ws_order_wait": ("1.5", "order_wait", "1.5"),
    "ws_timeout": ("2.5", "timeout", "2.5"),
    "ws_record_idle": ("3", "record_idle", "3.0"),
    "ws_redact_headers": ("x-one", "redact_headers", "('x-one',)"),
    "ws_redact_query": ("one", "redact_query", "('one',)"),
    "ws_redact_json": ("one", "redact_json", "('one',)"),
    "ws_redact_env": ("SOME_KEY", "redact_env", "('SOME_KEY',)"),
    "ws_intercept": ("yes", "intercept", "True"),
    "ws_passthrough": ("*.internal", "passthrough", "('*.internal',)"),
    "ws_text_sidecar": ("yes", "text_sidecar", "True"),
    "ws_profile": ("overte", "profile.name", "'overte'"),
}


def test_every_ini_option_of_a_setting_is_in_the_table() -> None:
    assert set(options._INI) == set(INI)
    assert options._MODES == MODES


@pytest.mark.parametrize("name", INI)
def test_an_ini_option_sets_its_setting(pytester: pytest.Pytester, name: str) -> None:
    value, setting, expected = INI[name]
    pytester.makeini(f"[pytest]\n{name} =\n  {value}\n")
    pytester.makepyfile(f"def test_it(ws_fake): assert ws_fake._settings.{setting} == {expected}")

    run(pytester).assert_outcomes(passed=1)


def test_the_folder_of_cassettes_is_an_ini_option(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nws_cassette_dir = tapes/ws\n")
    pytester.makepyfile(
        test_a="""
import pytest
from pathlib import Path

class TestFeed:
    @pytest.mark.parametrize("n", ["one"])
    def test_it(self, ws_fake, n):
        assert ws_fake.cassette == Path("tapes/ws/test_a/TestFeed.test_it[one].msgpack").absolute()

@pytest.mark.ws_fake(cassette="shared/feed")
class TestShared:
    def test_it(self, ws_fake):
        assert ws_fake.cassette == Path("tapes/ws/shared/feed.msgpack").absolute()

    @pytest.mark.ws_fake(unplayed="warn")
    def test_inner(self, ws_fake):
        assert ws_fake.cassette == Path("tapes/ws/shared/feed.msgpack").absolute()
"""
    )

    run(pytester).assert_outcomes(passed=3)


@pytest.mark.skipif(not hasattr(pytest, "HIDDEN_PARAM"), reason="pytest 8.4 is the first with it")
def test_a_parameter_that_pytest_does_not_show_is_not_in_the_name_of_the_cassette(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        test_a="""
import pytest

@pytest.mark.parametrize("hidden", [pytest.param(1, id=pytest.HIDDEN_PARAM)])
def test_it(ws_fake, hidden):
    assert ws_fake.cassette.name == "test_it.msgpack"

@pytest.mark.parametrize("hidden", [pytest.param(1, id=pytest.HIDDEN_PARAM)])
@pytest.mark.parametrize("n", ["one"])
def test_other(ws_fake, hidden, n):
    assert ws_fake.cassette.name == "test_other[one].msgpack"
"""
    )

    run(pytester).assert_outcomes(passed=2)


WRONG = {
    "ws_mode = recrod": (
        "ini option ws_mode: expected mode to be one of none, once, new_episodes, rewrite, live,"
        " verify, got 'recrod'"
    ),
    "ws_match = fuzzy": (
        "ini option ws_match: expected match to be one of exact, json, got 'fuzzy'"
    ),
    "ws_unplayed = no": (
        "ini option ws_unplayed: expected unplayed to be one of fail, warn, ignore, got 'no'"
    ),
    "ws_order = loose": (
        "ini option ws_order: expected order to be one of relaxed, strict, got 'loose'"
    ),
    "ws_timeout = soon": (
        "ini option ws_timeout: expected timeout to be a number of seconds, more than 0, got 'soon'"
    ),
    "ws_timeout = nan": (
        "ini option ws_timeout: expected timeout to be a number of seconds, more than 0, got nan"
    ),
    "ws_record_idle = -1": (
        "ini option ws_record_idle: expected record_idle to be a number of seconds, more than 0,"
        " got -1.0"
    ),
    "ws_text_sidecar = maybe": "ini option ws_text_sidecar: invalid truth value 'maybe'",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_ini_value_is_told_in_one_line(pytester: pytest.Pytester, line: str) -> None:
    pytester.makeini(f"[pytest]\n{line}\n")
    pytester.makepyfile("def test_it(ws_fake): pass\ndef test_other(): pass")

    result = run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    assert block(result, "ERROR at setup of test_it") == f"{WRONG[line]}\n"


MARKERS = {
    "'feed'": "the marker ws_fake takes keywords only, got ('feed',)",
    "mode='no'": (
        "marker ws_fake: expected mode to be one of none, once, new_episodes, rewrite, live,"
        " verify, got 'no'"
    ),
    "volatile='id'": "marker ws_fake: expected volatile to be a list of names, got 'id'",
    "volatile=5": "marker ws_fake: expected volatile to be a list of names, got 5",
    "cassette=5": "marker ws_fake: expected cassette to be a path, got 5",
    "cassette=''": "marker ws_fake: expected cassette to be a path, got ''",
}


@pytest.mark.parametrize("arguments", MARKERS)
def test_a_wrong_marker_is_told_in_one_line(pytester: pytest.Pytester, arguments: str) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.ws_fake({arguments})\ndef test_it(): pass")

    result = run(pytester)

    result.assert_outcomes(errors=1)
    assert block(result, "ERROR at setup of test_it") == f"{MARKERS[arguments]}\n"


def test_an_unknown_setting_is_told_with_those_that_there_are(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.ws_fake(tape='x')\ndef test_it(): pass")

    told = block(run(pytester), "ERROR at setup of test_it")

    assert told.startswith("marker ws_fake: expected a setting, one of mode, profile, match, ")
    assert told.endswith(", got 'tape'\n")


def test_a_setting_that_is_nearly_one_is_told_with_the_one_that_may_be_meant(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.ws_fake(cassete='x')\ndef test_it(): pass")

    told = block(run(pytester), "ERROR at setup of test_it")

    assert told.endswith(", got 'cassete': perhaps cassette is meant\n")


def test_a_config_that_is_no_dict_is_told(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import pytest\n@pytest.fixture\ndef ws_fake_config(): return 5\ndef test_it(ws_fake): pass"
    )

    assert block(run(pytester), "ERROR at setup of test_it") == (
        "ws_fake_config: expected a dict of settings, got 5\n"
    )


def test_secrets_of_a_marker_are_added_to_those_of_the_ini_file(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nws_redact_json = one\n")
    pytester.makepyfile(
        """
import pytest

@pytest.mark.ws_fake(redact_json=["two"])
def test_it(ws_fake):
    assert ws_fake._settings.redact_json == ("one", "two")
"""
    )

    run(pytester).assert_outcomes(passed=1)


def test_options_that_contradict_each_other_end_the_run(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--ws-record", "--ws-mode=live")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = "ERROR: --ws-record means --ws-mode=rewrite, and --ws-mode=live came"
    assert told in [*result.errlines, *result.outlines]


def test_the_short_form_and_the_long_one_may_both_be_given(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(ws_fake): assert ws_fake.is_recording")

    run(pytester, "--ws-record", "--ws-mode=rewrite").assert_outcomes(passed=1)


def test_the_marker_alone_is_enough(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import unittest
import pytest
from wsfake import Harness, WebSocket

@pytest.mark.ws_fake(unplayed="ignore")
def test_it():
    with pytest.raises(AssertionError, match="nothing answers ws://a.test"):
        WebSocket("ws://a.test")
    raise RuntimeError("seen")

class TestOld(unittest.TestCase):
    def test_harness(self):
        with Harness() as ws_fake:
            ws_fake.serve("ws://a.test", lambda connection: None)
            WebSocket("ws://a.test")
            ws_fake.run()
"""
    )

    result = run(pytester)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E * RuntimeError: seen"])


def test_a_doctest_may_use_the_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        doc='def f():\n    """\n    >>> getfixture("ws_fake").now\n    0.0\n    """\n'
    )

    run(pytester, "--doctest-modules").assert_outcomes(passed=1)
