"""Client code that is tested as it is: event loops on virtual time, and sockets that are ours."""

from wsfake.intercept.interception import Interception
from wsfake.intercept.loop import VirtualLoop
from wsfake.intercept.patches import begin, end
from wsfake.intercept.policy import policy_of
from wsfake.intercept.world import Pump, World

__all__ = ["Interception", "Pump", "VirtualLoop", "World", "begin", "end", "policy_of"]
