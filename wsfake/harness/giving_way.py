"""What happens where the order across the connections of a recording does not come."""

from __future__ import annotations

from wsfake.errors import OutOfOrder
from wsfake.harness.ending import GAVE_WAY
from wsfake.harness.sources import Sources
from wsfake.network import Network
from wsfake.network.dialogue import MOST_SHOWN
from wsfake.network.failures import field_lines
from wsfake.player import Player

__all__ = ["give_way"]


def give_way(network: Network, sources: Sources) -> bool:
    """Let go what only waits for another connection, or fail where `order` is strict.

    Tells whether there was anything.
    """
    player = sources.held()
    if player is None:
        return False
    if sources.settings.order == "strict":
        failure = network.fail(_out_of_order(network, sources, player))
        player.fail()
        network.report(failure)
    else:
        network.remark(GAVE_WAY)
        sources.give_way(player)
    return True


def _out_of_order(network: Network, sources: Sources, held: Player) -> OutOfOrder:
    fields = {
        "cassette": sources.path,
        "expected": f"what was recorded before entry {held.place() + 1}",
        "actual": f"nothing more before it, at t={network.time() / 1_000_000:.3f} s",
    }
    lines = [f"  {line}" for line in network.lines(last=MOST_SHOWN)]
    advice = "  to let the order give way: order='relaxed'"
    text = [GAVE_WAY, *field_lines(fields), "", *lines, "", advice]
    return OutOfOrder(network.redaction.text("\n".join(text)))
