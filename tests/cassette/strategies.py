"""Any entry that a cassette can hold."""

from __future__ import annotations

from hypothesis import strategies as st

from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Entry,
    Gap,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
binaries = st.binary(max_size=20)
messages = texts | binaries
headers = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
names = st.lists(texts, max_size=3).map(tuple)
events = st.one_of(
    messages,
    st.builds(Open, texts, headers, names, names),
    st.builds(Accept, st.none() | texts, headers, names),
    st.builds(Reject, st.integers(100, 999), headers, binaries),
    st.builds(Refuse, texts),
    st.builds(Ping, st.binary(max_size=125)),
    st.builds(Pong, st.binary(max_size=125)),
    st.builds(Close, st.none() | st.integers(0, 65535), texts),
    st.builds(Drop, st.booleans(), st.none() | messages),
    st.builds(Raw, binaries),
    st.just(Stall()),
    st.builds(Gap, texts),
    st.just(End()),
)
entries = st.builds(
    Entry,
    st.integers(0, 2**53 - 1),
    st.integers(1, 2**31 - 1),
    st.sampled_from(Side),
    events,
)
dialogues = st.lists(entries, max_size=12).map(lambda found: sorted(found, key=lambda e: e.at))
