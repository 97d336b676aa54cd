"""Bytes of a connection in memory: what they mean, and what an event is as bytes. No I/O."""

from wsfake.wire.frames import FrameReader, Violation, encode
from wsfake.wire.payloads import close_payload, encode_text, reason_bytes
from wsfake.wire.replies import KEY, ReplyReader, accept_for
from wsfake.wire.requests import Refusal, RequestReader

__all__ = [
    "KEY",
    "FrameReader",
    "Refusal",
    "ReplyReader",
    "RequestReader",
    "Violation",
    "accept_for",
    "close_payload",
    "encode",
    "encode_text",
    "reason_bytes",
]
