"""Reading what other tools have recorded: cassettes of cassetter, and HAR files.

Whatever comes from a file is untrusted: sizes are bounded, nothing in a file is executed, and
everything that is not as expected is a `ForeignFileError`. Knows no sockets and no cassettes.
"""

from wsfake.foreign.files import Foreign, is_foreign, read_foreign

__all__ = ["Foreign", "is_foreign", "read_foreign"]
