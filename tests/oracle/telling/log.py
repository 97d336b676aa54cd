"""What is written down of one scenario, in a form that is the same wherever it ran."""

import hashlib
import re
from typing import Any

# Longer texts are logged by their length and digest: golden data is there to be read.
SHORT = 130


def shortened(text: str) -> Any:
    if len(text) <= SHORT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {"length": len(text), "sha256": digest, "starts": text[:8]}


class Ports:
    """The real numbers behind the names of ports, such as `{peer}`."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.hosts: dict[str, str] = {}

    def fill(self, text: str) -> str:
        """Names replaced by numbers. A name in braces that nobody gave is left as it is."""
        for name, number in self.numbers.items():
            text = text.replace("{" + name + "}", str(number))
        for name, host in self.hosts.items():
            text = text.replace("{" + name + "}", host)
        return text

    def hide(self, text: str) -> str:
        """Numbers replaced by names: the inverse of `fill`."""
        names = {str(number): name for name, number in self.numbers.items() if number}
        for name, host in self.hosts.items():
            text = text.replace(host, "{" + name + "}")
        return re.sub(
            r":(\d+)",
            lambda match: f":{{{names[match[1]]}}}" if match[1] in names else match[0],
            text,
        )

    def name_of(self, number: int) -> Any:
        """The name of a port in braces; a number that is no port of ours is itself."""
        names = {known: name for name, known in self.numbers.items() if known}
        return "{" + names[number] + "}" if number in names else number
