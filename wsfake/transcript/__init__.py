"""What is to be said on one connection: the builder, its text form, and how things are compared."""

from wsfake.transcript.builder import Transcript
from wsfake.transcript.matchers import Json, PartialJson, Regex, json, partial_json, regex
from wsfake.transcript.matching import Matching
from wsfake.transcript.steps import AnyOrder, Fault, Group, Optional, Repeat, Step

__all__ = [
    "AnyOrder",
    "Fault",
    "Group",
    "Json",
    "Matching",
    "Optional",
    "PartialJson",
    "Regex",
    "Repeat",
    "Step",
    "Transcript",
    "json",
    "partial_json",
    "regex",
]
