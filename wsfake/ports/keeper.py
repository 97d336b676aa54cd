"""The thread that serves a test's ports, also while the test itself blocks."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread, get_ident

from wsfake.live import Reactor
from wsfake.ports.desk import Desk
from wsfake.ports.lane import Lane
from wsfake.proxy import Backlog
from wsfake.real_time import seconds_now

__all__ = ["Keeper"]

_CALLBACKS = 1_000
"""How many callbacks are made at a stretch; then the sockets, and other threads, have a turn."""

_LONG_SECONDS = 60.0
_ON_ITS_WAY_SECONDS = 0.01
"""How long a client's bytes may be on their way inside this machine, when it is a loaded one."""
_JOIN_SECONDS = 10.0
_ENOUGH_TURNS = 50
_ENOUGH_SECONDS = 1.0


class Keeper:
    """Moves real sockets, and does what is due on their `lane`, with the network's lock held.

    `on_error` is told, with the lock held, what was raised there; `on_news` is called whenever
    anything has happened, and `news` is set.
    """

    def __init__(
        self,
        desk: Desk,
        order_wait: float,
        on_error: Callable[[Exception], None],
        on_news: Callable[[], None],
    ) -> None:
        self.reactor = Reactor(desk.network.lock)
        self.lane = Lane(desk.network.clock, self.wake)
        self.news = Event()
        """Set whenever anything has happened; for whoever waits in another thread."""
        self._desk = desk
        self._order_wait = order_wait
        self._on_error = on_error
        self._on_news = on_news
        self._questions: list[_Question] = []
        self._stopped = False
        self._position: int | None = None
        self._held_since = 0.0
        self._thread = Thread(target=self._run, name="wsfake ports", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have it look again at what is due; from any thread."""
        if get_ident() != self._thread.ident:
            self.reactor.call_soon_threadsafe(_nothing)

    def settle(self, seconds: float) -> bool:
        """Wait until everything that has come was handled, but not longer than so many seconds.

        Not to be called with the lock of the network held. Tells whether that was so; in the thread
        itself it is not.
        """
        if get_ident() == self._thread.ident:
            return False
        question = _Question()
        self._questions.append(question)
        self.reactor.call_soon_threadsafe(_nothing)
        return question.answered.wait(seconds)

    def linger(self, over: Callable[[], bool], seconds: float) -> None:
        """Wait until all is over, but not longer than so many seconds. As `settle`."""
        end = seconds_now() + seconds
        while not over() and (left := end - seconds_now()) > 0:
            self.news.wait(left)
            self.news.clear()

    def stop(self) -> bool:
        """End the thread, which frees every socket; tell whether it has ended in time.

        One that has not does so as soon as what it has called returns.
        """
        self._stopped = True
        self.reactor.call_soon_threadsafe(_nothing)
        self._thread.join(_JOIN_SECONDS)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._serve()
        finally:
            self.reactor.close()

    def _serve(self) -> None:
        while not self._stopped:
            asked = [*self._questions]  # only a turn that begins after one is an answer to it
            try:
                worked = self._turn(bool(asked))
            except Exception as error:  # noqa: BLE001 - the others are served on; a test is told
                worked = True
                with self._desk.network.lock:
                    self._on_error(error)
            if worked:
                self.news.set()
                self._on_news()
            for question in asked:
                if not worked or question.has_waited_enough():
                    self._questions.remove(question)
                    question.answered.set()

    def _turn(self, hurry: bool) -> bool:
        """Do what is due, and wait for what comes; tell whether anything was."""
        with self._desk.network.lock:
            worked = self._call_due()
            if hurry:
                worked = Backlog.of(self.reactor).drain() or worked
            if self._desk.flush_in() == 0:
                self._desk.flush()
            seconds = 0.0
            if not worked:
                seconds = _ON_ITS_WAY_SECONDS if hurry else self._patience()
        return self.reactor.wait(seconds) or worked

    def _call_due(self) -> bool:
        lane = self.lane
        for count in range(_CALLBACKS):
            callback = lane.take()
            if callback is None:
                return count > 0
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - as above
                self._on_error(error)
        return True

    def _patience(self) -> float:
        seconds = min(_LONG_SECONDS, self._give_way_in())
        due, flush_in = self.lane.next_due, self._desk.flush_in()
        if due is not None:
            seconds = min(seconds, (due - self.lane.now) / 1_000_000)
        return max(0.0, seconds if flush_in is None else min(seconds, flush_in))

    def _give_way_in(self) -> float:
        """Let order across connections give way once it has held something up for too long."""
        position, now = self._desk.held(), seconds_now()
        if position is None or position != self._position:
            self._position, self._held_since = position, now
        if position is None:
            return _LONG_SECONDS
        left = self._held_since + self._order_wait - now
        if left > 0:
            return left
        self._held_since = now
        self._desk.give_way()
        return 0.0


class _Question:
    """Whether everything that has come was handled, as somebody asks in another thread."""

    def __init__(self) -> None:
        self.answered = Event()
        self._asked_at = seconds_now()
        self._busy_turns = 0

    def has_waited_enough(self) -> bool:
        """Whether what had come when it was asked is handled, though ever more comes.

        A turn reads whatever is there; on a loaded machine a second may be less than a turn.
        """
        self._busy_turns += 1
        waited = seconds_now() - self._asked_at
        return self._busy_turns >= _ENOUGH_TURNS and waited > _ENOUGH_SECONDS


def _nothing() -> None:
    """Wake a reactor."""
