"""Which threads may still do something, and which are workers that wait for a job."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import thread as pool
from queue import Queue, SimpleQueue
from types import FrameType

__all__ = ["others_at_work"]

_Jobs = Queue[object] | SimpleQueue[object]


def others_at_work() -> bool:
    """Whether another thread may do something that this one has not asked for.

    A worker that waits without end for a job, at its queue, does not: those of executors, and
    anyio's, which an event loop does not know of, stay long after their last job.
    """
    if any(queue is None or not queue.empty() for queue in _awaited()):
        return True
    return None in _awaited()  # who has just taken a job from its queue has left it


def _awaited() -> list[_Jobs | None]:
    """Return for each other thread the queue at which it waits, or None where it does not."""
    frames = sys._current_frames()
    own = threading.get_ident()
    return [
        _queue_of(frames.get(thread.ident or 0))
        for thread in threading.enumerate()
        if thread.ident != own
    ]


def _queue_of(frame: FrameType | None) -> _Jobs | None:
    """Return the queue at which a frame waits, and does so without end.

    The one of an executor is written in C, and has no frame.
    """
    if frame is None:
        return None
    queue: _Jobs | None = None
    if frame.f_code is pool._worker.__code__:
        queue = frame.f_locals["work_queue"]
    elif frame.f_code is threading.Condition.wait.__code__ and frame.f_locals["timeout"] is None:
        caller = frame.f_back
        if caller is not None and caller.f_code is Queue.get.__code__:
            queue = caller.f_locals["self"]
    return queue
