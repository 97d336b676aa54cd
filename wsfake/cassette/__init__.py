"""The file that holds the transcripts of one test: its format, its secrets, its place.

Knows no sockets and no pytest.
"""

from wsfake.cassette.contents import FORMAT_VERSION, Cassette, Damage, Footer, Header
from wsfake.cassette.leaks import Leak, find_leaks, find_tokens
from wsfake.cassette.paths import cassette_path
from wsfake.cassette.reading import CassetteReader, is_cassette, load, read_cassette
from wsfake.cassette.redaction import PLACEHOLDER, Redactor
from wsfake.cassette.store import Recording, write_cassette
from wsfake.cassette.writing import CassetteWriter

__all__ = [
    "FORMAT_VERSION",
    "PLACEHOLDER",
    "Cassette",
    "CassetteReader",
    "CassetteWriter",
    "Damage",
    "Footer",
    "Header",
    "Leak",
    "Recording",
    "Redactor",
    "cassette_path",
    "find_leaks",
    "find_tokens",
    "is_cassette",
    "load",
    "read_cassette",
    "write_cassette",
]
