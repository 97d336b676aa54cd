"""Reading the suite: which tests there are, and what makes up the page of each."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from tests.conformance.web_platform.handlers import (
    H2_PORT,
    HOST,
    HTTP_PORT,
    HTTPS_PORT,
    WS_PORT,
    WSS_PORT,
)

__all__ = ["Page", "pages_of"]

HERE = Path(__file__).parent
_META = re.compile(r"^// META: (\w+)=(.*)$", re.MULTILINE)
_TAG = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
_SOURCE = re.compile(r"""src=["']?([^"'\s>]+)""")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_HTML_META = re.compile(r"""<meta name=["']?(\w+)["']? content=["']?([^"'>]*)""")
_CHARSET = re.compile(rb"""<meta charset=["']?([\w-]+)""")
_IDL = re.compile(r"""['"]([\w-]+)['"]""")
_REWRITTEN = {"/resources/WebIDLParser.js": "/resources/webidl2/lib/webidl2.js"}
"""What the suite's server serves in another place."""

_SUBSTITUTED = {
    "{{host}}": HOST,
    "{{hosts[alt][www]}}": "www.not-web-platform.test",
    "{{ports[ws][0]}}": str(WS_PORT),
    "{{ports[wss][0]}}": str(WSS_PORT),
    "{{ports[h2][0]}}": str(H2_PORT),
}


@frozen
class Page:
    """One test of the suite at one variant."""

    name: str
    """Its path below `websockets/`, with the variant."""
    url: str
    script: str


def pages_of(suite: Path, path: str) -> Iterator[Page]:
    """Yield a test's pages, one for each variant.

    Raises `OSError` where the copy of the suite has no such file.
    """
    reader = _Reader(suite, f"/websockets/{path}")
    for variant in reader.variants or [""]:
        yield Page(path + variant, reader.url(variant), reader.script)


class _Reader:
    def __init__(self, suite: Path, path: str) -> None:
        self._suite = suite
        self._path = path
        text = self._read(path)
        if path.endswith(".js"):
            found = _META.findall(text)
            own = [("", text)]
            linked = [(value, "") for name, value in found if name == "script"]
            parts = [*linked, *own]
            title = next((value for name, value in found if name == "title"), None)
        else:
            found = _HTML_META.findall(text)
            parts = [_part(tag) for tag in _TAG.finditer(text)]
            titled = _TITLE.search(text)
            title = html.unescape(titled[1]) if titled else None
        self.variants = [html.unescape(value) for name, value in found if name == "variant"]
        metas = [[name, value] for name, value in found if name == "timeout"]
        sources = [self._linked(source) if source else inline for source, inline in parts]
        self.script = self._compose({"title": title, "metas": metas}, sources, text)

    def url(self, variant: str) -> str:
        secure = ".https." in self._path or "wpt_flags=https" in variant
        place = f"https://{HOST}:{HTTPS_PORT}" if secure else f"http://{HOST}:{HTTP_PORT}"
        return place + re.sub(r"\.any\.js$", ".any.html", self._path) + variant

    def _read(self, path: str) -> str:
        data = (self._suite / _REWRITTEN.get(path, path).lstrip("/")).read_bytes()
        declared = _CHARSET.search(data)
        text = data.decode(declared[1].decode() if declared else "utf-8", "replace")
        if ".sub." in path:
            for name, value in _SUBSTITUTED.items():
                text = text.replace(name, value)
        return text

    def _linked(self, source: str) -> str:
        """Return a script that a page names; the harness and its report are everywhere already."""
        if source in ("/resources/testharness.js", "/resources/testharnessreport.js"):
            return ""
        path = Path(self._path).parent / source
        parts: list[str] = []
        for part in path.parts:
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        return self._read("/".join(parts).replace("//", "/"))

    def _compose(self, page: dict[str, object], sources: list[str], text: str) -> str:
        names = {name for name in _IDL.findall(text) if "idl_test" in text}
        files = {f"/interfaces/{name}.idl": self._interface(name) for name in sorted(names)}
        told = {**page, "files": {path: idl for path, idl in files.items() if idl is not None}}
        return "\n;\n".join(
            [
                f"var PAGE = {json.dumps(told)};",
                (HERE / "page.js").read_text("utf-8"),
                self._read("/resources/testharness.js"),
                (HERE / "report.js").read_text("utf-8"),
                *sources,
            ]
        )

    def _interface(self, name: str) -> str | None:
        path = self._suite / "interfaces" / f"{name}.idl"
        return path.read_text("utf-8") if path.is_file() else None


def _part(tag: re.Match[str]) -> tuple[str, str]:
    source = _SOURCE.search(tag["attributes"])
    return (source[1], "") if source else ("", tag["text"])
