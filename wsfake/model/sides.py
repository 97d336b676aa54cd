"""The two sides of a connection."""

from __future__ import annotations

import enum

__all__ = ["Side"]


class Side(enum.Enum):
    """Who spoke: absolute, as in RFC 6455, and never relative to the script under test."""

    CLIENT = "client"
    SERVER = "server"

    other: Side

    __hash__ = object.__hash__  # that of an enum is Python, and one of these is in every key

    def __str__(self) -> str:
        return str(self.value)


Side.CLIENT.other = Side.SERVER
Side.SERVER.other = Side.CLIENT
