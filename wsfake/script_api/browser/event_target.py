"""`EventTarget` and `AbortSignal` (DOM Standard, sections 2.7 to 2.10 and 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wsfake.script_api.browser.events import Event
from wsfake.script_api.browser.exceptions import DOMException
from wsfake.script_api.browser.listeners import Listener, is_object
from wsfake.script_api.browser.readonly import ignore, readonly
from wsfake.script_api.conversions import to_string

__all__ = ["AbortController", "AbortSignal", "EventTarget", "handler"]

_MISSING: Any = object()


class EventTarget:
    """Something that events are dispatched to. It has no parents, so events do not travel.

    What listeners raise does not stop the others. It is raised by the `dispatchEvent` that called
    them, or reported, if what derives from this has a place to report to.
    """

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._handlers: dict[str, Listener] = {}

    def addEventListener(
        self, kind: object, callback: Any = _MISSING, options: Any = None, **keywords: Any
    ) -> None:
        """Call a function, or an object's `handleEvent`, at each event of a type.

        `options` is whether it listens to the capturing phase, or an object: `capture`, `once`,
        `passive`, `signal`; they may be given as keywords as well. A listener that is there
        already is not added again.
        """
        if callback is _MISSING:
            raise TypeError("expected a type and a listener")
        named = _options(options) | keywords
        signal = named.get("signal")
        if not _is_listener(callback) or (signal is not None and signal.aborted):
            return
        name, capture = to_string(kind), bool(named.get("capture", False))
        if any(listener.fits(name, callback, capture) for listener in self._listeners):
            return
        once, passive = bool(named.get("once", False)), bool(named.get("passive", False))
        listener = Listener(name, callback, capture, once, passive)
        self._listeners.append(listener)
        if signal is not None:
            signal._when_aborted(lambda: self._remove(listener))

    def removeEventListener(
        self, kind: object, callback: Any = _MISSING, options: Any = None, **keywords: Any
    ) -> None:
        """Take a listener back; of the options only `capture` counts. No listener is no error."""
        if callback is _MISSING:
            raise TypeError("expected a type and a listener")
        capture = bool((_options(options) | keywords).get("capture", False))
        for listener in self._listeners:
            if listener.fits(to_string(kind), callback, capture):
                self._remove(listener)
                return

    def dispatchEvent(self, event: Event) -> bool:
        """Call the listeners with an event of the script's own, now.

        Returns whether nobody has prevented its default. Raises `DOMException`, an
        InvalidStateError, for an event that is being dispatched.
        """
        if not isinstance(event, Event):
            raise TypeError(f"expected an Event, got {event!r}")
        if event._dispatching:
            raise DOMException("the event is being dispatched already", "InvalidStateError")
        event._trusted = False
        self._dispatch(event)
        return not event._canceled

    def _dispatch(self, event: Event) -> None:
        """Call the listeners at the target, in the order in which they were added.

        Those of the capturing phase are in no other place (measured on Chromium), and there is no
        parent to which propagation could be stopped.
        """
        event._dispatching = True
        event._target = event._current = self
        event._phase = Event.AT_TARGET
        if not event._time:
            event._time = self._now()
        errors: list[Exception] = []
        self._invoke(event, errors)
        event._phase = Event.NONE
        event._current = None
        event._dispatching = event._stopped_at_once = False
        if errors:
            self._report(errors)

    def _invoke(self, event: Event, errors: list[Exception]) -> None:
        for listener in tuple(self._listeners):
            if listener.type != event._type or listener.removed:
                continue
            if listener.once:
                self._remove(listener)
            event._in_passive = listener.passive
            try:
                listener.call(event)
            except Exception as error:  # noqa: BLE001 - told when all were called
                errors.append(error)
            event._in_passive = False
            if event._stopped_at_once:
                return

    def _remove(self, listener: Listener) -> None:
        listener.removed = True
        if listener in self._listeners:
            self._listeners.remove(listener)

    def _set_handler(self, kind: str, value: Any) -> None:
        """Set the handler of an `on...` attribute (HTML, section 8.1.8.1).

        It stands where it was first set, for as long as it is not set to None.
        """
        listener = self._handlers.get(kind)
        if not is_object(value):
            if listener is not None:
                self._remove(self._handlers.pop(kind))
        elif listener is not None:
            listener.callback = value
        else:
            self._handlers[kind] = listener = Listener(kind, value, is_handler=True)
            self._listeners.append(listener)

    def _get_handler(self, kind: str) -> Any:
        listener = self._handlers.get(kind)
        return None if listener is None else listener.callback

    def _report(self, errors: list[Exception]) -> None:
        if len(errors) == 1:
            raise errors[0]
        raise ExceptionGroup("several listeners raised", errors)

    def _now(self) -> float:
        return 0.0


def handler(kind: str) -> Any:
    """Return the `on...` attribute of a type of event.

    Functions and objects are kept, and functions called; anything else is None.
    """
    return property(
        lambda target: target._get_handler(kind),
        lambda target, value: target._set_handler(kind, value),
        ignore,
        f"Called at each event `{kind}`.",
    )


def _options(options: Any) -> dict[str, Any]:
    return dict(options) if isinstance(options, dict) else {"capture": bool(options)}


def _is_listener(callback: Any) -> bool:
    """Whether there is a listener; None is none.

    Raises `TypeError` for what cannot be one.
    """
    if callback is not None and not is_object(callback):
        raise TypeError(f"expected a function, or an object with handleEvent, got {callback!r}")
    return callback is not None


class AbortSignal(EventTarget):
    """Says that something is no longer wanted, to listeners among others."""

    aborted = readonly("_aborted", "Whether it was aborted.")
    reason = readonly("_reason", "Why, or None.")
    onabort = handler("abort")

    def __init__(self) -> None:
        super().__init__()
        self._aborted = False
        self._reason: Any = None
        self._algorithms: list[Callable[[], None]] = []

    def _when_aborted(self, algorithm: Callable[[], None]) -> None:
        self._algorithms.append(algorithm)

    def _abort(self, reason: Any) -> None:
        if self._aborted:
            return
        self._aborted = True
        self._reason = DOMException("it was aborted", "AbortError") if reason is None else reason
        algorithms, self._algorithms = self._algorithms, []
        for algorithm in algorithms:
            algorithm()
        event = Event("abort")
        event._trusted = True
        self._dispatch(event)


class AbortController:
    """Has a signal, and gives it."""

    def __init__(self) -> None:
        self._signal = AbortSignal()

    signal = readonly("_signal", "The signal that `abort` gives.")

    def abort(self, reason: Any = None) -> None:
        self._signal._abort(reason)
