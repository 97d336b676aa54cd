from tests.servers import no_ci

__all__ = ["no_ci"]
