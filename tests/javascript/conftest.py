from tests.javascript.writing import write
from tests.servers import dead_url, no_ci, server

__all__ = ["dead_url", "no_ci", "server", "write"]
