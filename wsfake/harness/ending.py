"""The end of a test: what it has not seen, and what it left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from wsfake.harness.advice import Advice
from wsfake.harness.sources import Sources
from wsfake.network import Network, Services
from wsfake.player import Player

__all__ = ["GAVE_WAY", "Ending", "Verdicts"]

GAVE_WAY = "the order across connections is not that of the recording: nothing else could happen"


class Ending:
    """What is to be said of a test at its end."""

    def __init__(self) -> None:
        self.problems: list[Exception] = []
        self.warnings: list[str] = []
        self.unplayed = False

    def tell(self, warn: Callable[[str], None]) -> None:
        """Raise what went wrong: one error as itself, several as an `ExceptionGroup`; or warn."""
        if len(self.problems) == 1:
            raise self.problems[0]
        if self.problems:
            raise ExceptionGroup("the test has several failures", self.problems)
        for text in self.warnings:
            warn(text)


class Verdicts:
    """Asks everybody who took part."""

    def __init__(
        self,
        network: Network,
        services: Services,
        sources: Sources,
        clients: Sequence[tuple[str, Player]],
        advice: Advice,
    ) -> None:
        self._network = network
        self._services = services
        self._sources = sources
        self._clients = clients
        self._advice = advice

    def ending(self, unplayed: str, *, checked: bool) -> Ending:
        """Return what is to be said; of a test that is not `checked` only that it gave way."""
        ending = Ending()
        if checked:
            ending.problems += self._unseen()
            if not ending.problems:
                self._check_unplayed(ending, unplayed)
                ending.problems += self._of_reality()
        replay = self._sources.replay
        if replay is not None and replay.order.gave_way:
            ending.warnings.append(f"{self._sources.path}: {GAVE_WAY}")
        return ending

    def untold(self, error: BaseException | None) -> list[Exception]:
        """Return what went wrong so far and is not, or is not in, this error."""
        told = {id(each) for each in _leaves(error)}
        return [each for each in (*self._unseen(), *self._refused()) if id(each) not in told]

    def _unseen(self) -> list[Exception]:
        network, deck = self._network, self._sources.deck
        problems: list[Exception] = [*network.failures]
        problems += [error for error in network.errors if error not in problems]
        refusal = None if deck is None else deck.refusal
        return problems if refusal is None or refusal in problems else [*problems, refusal]

    def _check_unplayed(self, ending: Ending, unplayed: str) -> None:
        if unplayed == "ignore" or not self._is_anything_left():
            return
        from wsfake.harness import verdicts  # noqa: PLC0415 - most tests play everything

        sources = self._sources
        left = verdicts.unplayed(
            self._network,
            self._services,
            sources.replay,
            self._clients,
            source=sources.path,
            sought=sources.unanswered.sought,
            advice=self._advice,
        )
        if left is None:
            return
        ending.unplayed = True
        if unplayed == "fail":
            ending.problems.append(left)
        else:
            ending.warnings.append(str(left))

    def _is_anything_left(self) -> bool:
        replay = self._sources.replay
        return (
            any(served.unopened() or any(served.unplayed()) for served in self._services.served)
            or any(player.unplayed() for _, player in self._clients)
            or (replay is not None and any(each.unplayed() for each in replay.connections))
        )

    def _refused(self) -> list[Exception]:
        """Return the verdict on a recording in which no server answered at all."""
        real, deck = self._sources.real, self._sources.deck
        if real is None or deck is None or deck.mode == "live":
            return []
        dead = real.refused()
        if not dead:
            return []
        from wsfake.harness import verdicts  # noqa: PLC0415 - as above

        return [verdicts.nobody_answered(self._network, dead, recording=deck.recorder is not None)]

    def _of_reality(self) -> list[Exception]:
        real, deck = self._sources.real, self._sources.deck
        if deck is None or deck.mode != "verify":
            return self._refused()
        made = {connection.number for connection in real.connections} if real is not None else set()
        if deck.old is None and not made:
            return []
        from wsfake.harness import verdicts  # noqa: PLC0415 - as above

        network, path = self._network, self._sources.path
        if deck.old is None:
            return [verdicts.nothing_to_verify(path)]
        new = [
            self._sources.secrets.entry(entry)
            for entry in network.entries
            if entry.connection in made
        ]
        found = verdicts.drift(network, path, deck.old.entries, new, self._sources.matching)
        if found is None:
            return []
        return self._refused() or [found]


def _leaves(error: BaseException | None) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    elif error is not None:
        yield error
