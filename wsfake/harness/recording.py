"""The cassette of one test: what is replayed from it, and what becomes of a new recording."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from wsfake.cassette import Cassette, Header, Recording, Redactor, load, write_cassette
from wsfake.cassette.files import replacing
from wsfake.cassette.framing import is_there
from wsfake.cassette.paths import beside, main_cassette
from wsfake.cassette.store import FLUSH_SECONDS
from wsfake.clock import microseconds
from wsfake.errors import CassetteError, UsageError
from wsfake.harness.settings import RECORDING_MODES, Settings
from wsfake.model import Entry
from wsfake.network import Follower, Network, write_dialogue
from wsfake.real_time import seconds_now, utc_now
from wsfake.recorder import Recorder

__all__ = ["CassetteDeck", "save_dialogue", "write_sidecar"]

_MOST_AT_RISK = 256
"""So many entries a kill may cost, where they are not flushed for their age before."""

_NEED_CASSETTE = (*RECORDING_MODES, "verify")


class CassetteDeck:
    """Decides, by the mode and by what is on disk, what is replayed and what is recorded.

    A recording is begun with the first entry of a connection that is recorded, so that a test that
    serves everything leaves no cassette.
    """

    def __init__(self, settings: Settings, redactor: Callable[[], Redactor]) -> None:
        """`redactor` is called when something is to be recorded.

        Raises `UsageError` where the mode needs a cassette and none is named, or one that cannot be
        recorded, and `CassetteError` where nobody can tell whether it is there.
        """
        self.path = settings.cassette
        self.mode = settings.mode
        self._make_redactor = redactor
        self.old: Cassette | None = None
        self.recorder: Recorder | None = None
        self.kept: Path | None = None
        """Where the new recording is, once it is finished."""

        self.refusal: CassetteError | None = None
        """What the file system has refused; what is said after it is recorded no more."""

        self.recorded = 0
        self._recording: Recording | None = None
        self._follower: Follower | None = None
        self._sidecar = settings.text_sidecar
        exists = self._exists = self.path is not None and is_there(self.path)
        self.replays = self.mode in ("none", "once", "new_episodes") and exists
        self.held_by_ci = False
        """Whether it would connect, were this not a run of continuous integration."""

        self.connects = self._connects(exists)
        if self.connects and self.mode in RECORDING_MODES:
            self._check_name()
            self.recorder = Recorder(self.extend)
        if self.path is None and self.mode in _NEED_CASSETTE:
            raise UsageError(
                f"mode {self.mode!r} needs a cassette, and none is named: Harness(cassette=path)"
            )

    def _check_name(self) -> None:
        """Raise where recording another cassette would replace this one."""
        main = None if self.path is None else main_cassette(self.path.name)
        if main is not None:
            raise UsageError(
                f"{self.path}: expected another name for what is recorded: a recording of {main} is"
                " called so, while it is made or where it is set aside"
            )

    def _connects(self, exists: bool) -> bool:
        """Whether what nothing else answers is connected to for real."""
        if self.mode in ("rewrite", "live", "verify"):
            return True
        connects = self.mode == "new_episodes" or (self.mode == "once" and not exists)
        # a forgotten cassette must not be made where nobody sees it
        self.held_by_ci = connects and bool(os.environ.get("CI"))
        return connects and not self.held_by_ci

    @cached_property
    def redactor(self) -> Redactor:
        return self._make_redactor()

    def load(self) -> Cassette | None:
        """Return the cassette that is there, where it is to be replayed or compared.

        Raises `CassetteError` for one that cannot be read.
        """
        if self.path is not None and self._exists and (self.replays or self.mode == "verify"):
            self.old = load(self.path)
        if self.old is not None and self.recorder is not None and self.mode == "new_episodes":
            entries = self.old.entries
            self.recorder = Recorder(
                self.extend,
                first_number=1 + max((entry.connection for entry in entries), default=0),
                first_at=entries[-1].at if entries else 0,
            )
        return self.old

    def follow(self, network: Network) -> None:
        """Record what is said from now on on the connections that are admitted."""
        assert self.recorder is not None
        patience = microseconds(FLUSH_SECONDS)
        self._follower = Follower(
            network, self.recorder.take, self._flush_part, most=_MOST_AT_RISK, patience=patience
        )

    def admit(self, connection: int) -> None:
        """Record this connection of the network that is followed, from now on."""
        if self._follower is not None and self.recorder is not None:
            self._follower.hand_on()  # what it has said before is not recorded
            self.recorder.admit(connection)

    def extend(self, entries: Sequence[Entry]) -> None:
        """Record many entries at once, which are numbered and timed as the cassette has them.

        Raises `CassetteError` for one that cannot be recorded, and once for what the file system
        refuses: more is nothing then.
        """
        if self.refusal is not None:
            return
        self.recorded += len(entries)
        recording = self._begun()
        try:
            recording.extend(entries, seconds_now())
        finally:
            self.refusal = recording.refusal

    def _begun(self) -> Recording:
        if self._recording is None:
            assert self.path is not None
            header = Header(recorded=utc_now(), redacted=self.redactor.names)
            secrets = dict(self.redactor.secrets)
            self._recording = Recording(self.path, header, self.redactor, secrets)
            if self.old is not None:
                self._recording.extend(self.old.entries, seconds_now())
        return self._recording

    def due_in(self) -> float | None:
        """Return in how many seconds `flush` is wanted, if it is."""
        if self._follower is not None:
            return self._follower.due_in()
        if self._recording is None or self._recording.due_at is None:
            return None
        return max(0.0, self._recording.due_at - seconds_now())

    def flush(self) -> None:
        """Put what was recorded into the part file."""
        if self._follower is not None:
            self._follower.flush()
        else:
            self._flush_part()

    def _flush_part(self) -> None:
        recording = self._recording
        if recording is None or self.refusal is not None:
            return
        try:
            recording.flush()
        finally:
            self.refusal = recording.refusal

    def finish(
        self, outcome: str, ended: str, extras: Mapping[str, str | int] | None = None
    ) -> None:
        """End the recording: as the cassette, or beside it where the test has not just passed.

        `extras` are for its footer; the secrets in them are taken out.
        Raises `CassetteError` where it cannot be written; the part file stays then. So it does
        after a refusal, which was raised where it was met.
        """
        if self.refusal is not None:
            self.rescue(self.refusal)
            return
        try:
            self._stop_following(handing_on=True)
        except CassetteError as error:
            raise self.rescue(error) from None
        except BaseException:
            self.discard()
            raise
        recording, self._recording = self._recording, None
        if recording is None:
            return
        clean = {self.redactor.text(name): what for name, what in (extras or {}).items()}
        if outcome != "passed":
            self.kept = recording.set_aside(ended, clean, why=outcome)
            return
        self.kept = recording.keep(ended, clean)
        if self._sidecar:
            write_sidecar(self.kept)

    def discard(self) -> None:
        """Forget the recording."""
        self._stop_following(handing_on=False)
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.discard()

    def rescue(self, error: CassetteError) -> CassetteError:
        """Let the part file be, as far as it is written; return an error that names it besides."""
        self._stop_following(handing_on=False)
        recording, self._recording = self._recording, None
        return error if recording is None else recording.rescue(error)

    def _stop_following(self, *, handing_on: bool) -> None:
        follower, self._follower = self._follower, None
        if follower is not None:
            follower.stop()
            if handing_on:
                follower.hand_on()


def write_sidecar(path: Path) -> Path:
    """Write the text form of a cassette beside it, for review where binary files are a wall.

    Raises `CassetteError` where it cannot be written.
    """
    sidecar = beside(path, ".txt")
    with replacing(sidecar) as file:
        for line in write_dialogue(load(path).entries):
            file.write(f"{line}\n".encode())
    return sidecar


def save_dialogue(path: str | os.PathLike[str], entries: list[Entry], redactor: Redactor) -> Path:
    """Write a dialogue as a cassette; the same dialogue gives the same bytes."""
    if not isinstance(path, str | os.PathLike) or not Path(path).name:
        raise UsageError(f"expected the path of a cassette to write, got {path!r}")
    return write_cassette(path, map(redactor.entry, entries), Header(redacted=redactor.names))
