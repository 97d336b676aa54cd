import struct
from array import array
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.servers import listen
from wsfake import Harness, Transcript, UnexpectedMessage
from wsfake.script_api.browser import ArrayBuffer, Blob, DOMException

Connect = Callable[..., Any]


def echoed(page: Harness, socket: Any, value: Any) -> Any:
    """Send a value to the echo; return the data that comes back."""
    came: list[Any] = []
    socket.onmessage = lambda event: came.append(event.data)
    assert socket.send(value) is None
    page.run()
    [data] = came
    return data


def test_send_without_an_argument_raises_a_type_error(connect: Connect) -> None:
    with pytest.raises(TypeError, match="expected a message to send"):
        connect().send()


@pytest.mark.parametrize("text", ["a", "a\udc00x", "a\udc00\ud800x", b"a", ""])
def test_send_while_it_connects_raises_an_invalid_state_error(connect: Connect, text: Any) -> None:
    socket = connect()

    with pytest.raises(DOMException) as raised:
        socket.send(text)

    assert (raised.value.name, raised.value.code) == ("InvalidStateError", 11)
    assert raised.value.message == "the connection is not open yet: send in onopen"
    assert socket.bufferedAmount == 0


@pytest.mark.parametrize(
    "text",
    ["Message to send", "", "c" * 65_000, "¥¥¥¥¥¥", "å a\u030a \U0001047e", "\0", "𐐇"],
)
def test_a_text_comes_back_as_it_was(page: Harness, opened: Any, text: str) -> None:
    assert echoed(page, opened, text) == text


@pytest.mark.parametrize("length", [125, 126, 0xFFFF, 0x10000])
def test_a_text_of_any_length_is_one_message(page: Harness, opened: Any, length: int) -> None:
    assert echoed(page, opened, "a" * length) == "a" * length


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("\ud807", "\ufffd"),
        ("a\udc00xb\ud800xc\udc00\ud800x", "a\ufffdxb\ufffdxc\ufffd\ufffdx"),
        ("\ud801\udc07", "\U00010407"),
    ],
)
def test_lone_surrogates_are_replaced_and_pairs_are_a_character(
    page: Harness, opened: Any, given: str, sent: str
) -> None:
    assert echoed(page, opened, given) == sent


class Point:
    def __str__(self) -> str:
        return "(1, 2)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (1, "1"),
        (1.0, "1"),
        (True, "true"),
        ({}, "[object Object]"),
        ([], ""),
        ([1, [2, 3]], "1,2,3"),
        (Point(), "(1, 2)"),
        (object(), "[object Object]"),
    ],
)
def test_any_other_value_is_sent_as_its_text(
    page: Harness, opened: Any, value: Any, text: str
) -> None:
    assert echoed(page, opened, value) == text


def test_a_socket_is_sent_as_its_text(page: Harness, opened: Any) -> None:
    assert echoed(page, opened, opened) == "[object WebSocket]"


BYTES = bytes(range(8))


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (bytes(15), bytes(15)),
        (bytes(65_000), bytes(65_000)),
        (bytearray(BYTES), BYTES),
        (ArrayBuffer(BYTES), BYTES),
        (b"", b""),
        (memoryview(BYTES), BYTES),
        (memoryview(BYTES)[2:], BYTES[2:]),
        (memoryview(BYTES)[2:6], BYTES[2:6]),
        (memoryview(BYTES).cast("b"), BYTES),
        (memoryview(BYTES)[2:].cast("h"), BYTES[2:]),
        (memoryview(BYTES)[2:6].cast("H"), BYTES[2:6]),
        (memoryview(BYTES).cast("i"), BYTES),
        (memoryview(BYTES).cast("I"), BYTES),
        (memoryview(struct.pack("4e", 1, 2, 3, 4)), struct.pack("4e", 1, 2, 3, 4)),
        (array("f", [1.5, -2]), struct.pack("2f", 1.5, -2)),
        (array("d", [1.5]), struct.pack("d", 1.5)),
        (Blob([bytes(65_000)]), bytes(65_000)),
        (Blob(["å", b"b", Blob([b"c"])]), "åbc".encode()),
    ],
)
def test_bytes_views_and_blobs_are_sent_as_their_bytes(
    page: Harness, opened: Any, value: Any, data: bytes
) -> None:
    opened.binaryType = "arraybuffer"

    assert echoed(page, opened, value) == data


@pytest.mark.parametrize("size", [10, 100_000])
def test_binary_data_is_a_blob_unless_told_otherwise(page: Harness, opened: Any, size: int) -> None:
    data = echoed(page, opened, bytes(size))

    assert isinstance(data, Blob)
    assert (data.size, data.type) == (size, "")
    assert data.bytes() == data.arrayBuffer() == bytes(size)


@pytest.mark.parametrize("size", [10, 100_000])
def test_binary_data_may_be_an_array_buffer(page: Harness, opened: Any, size: int) -> None:
    opened.binaryType = "arraybuffer"
    data = echoed(page, opened, bytes(size))

    assert isinstance(data, ArrayBuffer)
    assert data.byteLength == size


def test_the_binary_type_that_counts_is_the_one_at_the_event(page: Harness, opened: Any) -> None:
    kinds: list[type] = []

    def note(event: Any) -> None:
        kinds.append(type(event.data))
        opened.binaryType = "arraybuffer"

    opened.onmessage = note
    opened.send(b"1")
    opened.send(b"2")
    page.run()

    assert kinds == [Blob, ArrayBuffer]


@pytest.mark.parametrize("value", ["notBlobOrArrayBuffer", "", "Blob", None, 5])
def test_an_invalid_binary_type_is_ignored(opened: Any, value: Any) -> None:
    assert opened.binaryType == "blob"
    opened.binaryType = value
    assert opened.binaryType == "blob"
    opened.binaryType = "arraybuffer"
    opened.binaryType = value
    assert opened.binaryType == "arraybuffer"


def test_an_empty_message_is_a_message(page: Harness) -> None:
    page.serve("ws://h.test/empty", Transcript().client("").server("pass"))
    socket: Any = page.WebSocket("ws://h.test/empty")
    log = listen(socket)
    socket.onopen = lambda: socket.send("")
    page.run()

    assert log == ["open at 1", "message 'pass' at 1"]


def test_many_large_messages_all_arrive_at_a_slow_server(page: Harness) -> None:
    slow = Transcript().repeat(50, Transcript().client(bytes(65_536)).pause(0.1).server("65536"))
    page.serve("ws://h.test/slow", slow)
    socket: Any = page.WebSocket("ws://h.test/slow")
    log = listen(socket)

    def send_all() -> None:
        for _ in range(50):
            socket.send(bytes(65_536))

    socket.onopen = send_all
    page.run()
    socket.close()
    page.run()

    assert log == ["open at 1", *["message '65536' at 1"] * 50, "close 1005 clean at 3"]


def test_25_sockets_are_told_of_their_own_messages(page: Harness, connect: Connect) -> None:
    events: list[str] = []

    def wire(number: int) -> None:
        def opened() -> None:
            events.append("open")
            socket.send(number)

        def came(event: Any) -> None:
            events.append("message")
            assert event.data == str(number)
            socket.close()

        socket = connect()
        socket.onopen, socket.onmessage = opened, came
        socket.onclose = lambda: events.append("close")

    for number in range(25):
        wire(number)
    page.run()

    assert [events.count(name) for name in ("open", "message", "close")] == [25, 25, 25]


def test_what_the_transcript_does_not_expect_raises_in_send(page: Harness) -> None:
    page.serve("ws://h.test/strict", Transcript().client("expected"))
    socket: Any = page.WebSocket("ws://h.test/strict")
    page.run()

    with pytest.raises(UnexpectedMessage):
        socket.send("other")
    with pytest.raises(UnexpectedMessage):
        page.finish()


def test_a_message_after_twenty_seconds_of_silence_is_answered(page: Harness, opened: Any) -> None:
    log = listen(opened)
    page.advance(20)
    opened.send("test")
    page.run()

    assert log == ["message 'test' at 1"]


# bufferedAmount


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("", 0),
        ("Message to send", 15),
        ("c" * 65_000, 65_000),
        ("¥¥¥¥¥¥", 12),
        ("𐐇", 4),
        ("\ud807", 3),
        (bytes(10), 10),
        (bytes(65_000), 65_000),
        (Blob([bytes(10)]), 10),
        (None, 4),
    ],
)
def test_the_buffered_amount_counts_bytes_until_the_clock_runs(
    page: Harness, opened: Any, value: Any, size: int
) -> None:
    assert opened.bufferedAmount == 0

    opened.send(value)

    assert opened.bufferedAmount == size
    page.run()
    assert opened.bufferedAmount == 0


def test_the_buffered_amount_adds_up_in_a_task_and_goes_down_between_tasks(
    page: Harness, connect: Connect
) -> None:
    socket = connect()
    amounts: list[int] = []

    def send_all() -> None:
        for text in ("x", "å", "匶", "𐑾"):
            socket.send(text)
            amounts.append(socket.bufferedAmount)

    socket.onopen = send_all
    socket.onmessage = lambda event: amounts.append(socket.bufferedAmount)
    page.run()

    assert amounts == [1, 3, 6, 10, 0, 0, 0, 0]


def test_what_is_sent_after_close_is_lost_and_counted_for_ever(page: Harness, opened: Any) -> None:
    log = listen(opened)
    opened.close()
    with pytest.warns(match="the message is lost"):
        assert opened.send("test") is None
    assert opened.bufferedAmount == 4
    page.run()
    with pytest.warns(match="the message is lost"):
        assert opened.send(b"123456") is None
    page.run()

    assert opened.bufferedAmount == 10
    assert log == ["close 1005 clean at 3"]


def test_the_buffered_amount_is_0_at_first(connect: Connect) -> None:
    assert connect().bufferedAmount == 0


# Blob


def test_a_blob_is_made_of_parts() -> None:
    blob = Blob(["a", b"b", bytearray(b"c"), 1], {"type": "Text/Plain"})

    assert (blob.size, blob.type, blob.text()) == (4, "text/plain", "abc1")
    assert repr(blob) == "<Blob size=4 type='text/plain'>"


def test_the_parts_of_a_blob_become_texts_as_in_javascript() -> None:
    parts = ["a\ud83e\udd8a", "\ud800", None, True, 1.0, [1, 2], array("H", [0x6261])]

    assert Blob(parts).text() == "a🦊\ufffdnulltrue11,2ab"


def test_the_text_of_a_blob_has_no_bom() -> None:
    assert Blob(["\ufeffa"]).text() == "a"


@pytest.mark.parametrize(("given", "kept"), [(None, "null"), ("é/x", ""), ("A/\x7f", "")])
def test_a_media_type_is_a_text_of_printable_letters(given: Any, kept: str) -> None:
    assert Blob([], {"type": given}).type == kept


def test_a_blob_is_sliced() -> None:
    piece = Blob([b"0123456789"]).slice(2, -2, "x/y")

    assert (piece.bytes(), piece.type) == (b"234567", "x/y")


@pytest.mark.parametrize("parts", ["text", b"bytes"])
def test_a_blob_of_no_list_raises_a_type_error(parts: Any) -> None:
    with pytest.raises(TypeError, match="expected a list of the parts of a Blob"):
        Blob(parts)


def test_what_a_blob_holds_may_be_awaited() -> None:
    async def read(blob: Blob) -> tuple[Any, ...]:
        return await blob.bytes(), await blob.arrayBuffer(), await blob.text()  # type: ignore[misc]

    coroutine = read(Blob([b"x"]))
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    assert end.value.value == (b"x", b"x", "x")


def test_an_array_buffer_has_the_names_that_pyodide_gives() -> None:
    data = ArrayBuffer(b"abc")

    assert data.to_py() == memoryview(b"abc")
    assert (data.to_bytes(), type(data.to_bytes()), data.byteLength) == (b"abc", bytes, 3)
