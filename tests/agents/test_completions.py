"""The parser of a model's stream: the same chunks however the bytes are split."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.providers import completions
from agents.providers.completions import Completions

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def chunk(text: str) -> dict[str, object]:
    return {"choices": [{"delta": {"content": text}}]}


def read(*pieces: bytes) -> tuple[list[dict[str, object]], bool, str | None]:
    parser = Completions()
    chunks = [chunk for piece in pieces for chunk in parser.feed(piece)]
    chunks += parser.close()
    return chunks, parser.done, parser.broken


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[str], bytes]:
    texts = draw(st.lists(TEXT, max_size=8))
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    data = b""
    for text in texts:
        data += draw(st.sampled_from([b"", b": ping" + end, b"event: message" + end, b"id" + end]))
        body = json.dumps(chunk(text), ensure_ascii=draw(st.booleans())).encode()
        data += b"data:" + draw(st.sampled_from([b"", b" "])) + body + end + draw(st.sampled_from([b"", end]))
    return texts, data + b"data: [DONE]" + end


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@given(streams(), st.lists(st.integers(min_value=0), max_size=20))
def test_any_splitting_gives_the_same_chunks(stream: tuple[list[str], bytes], cuts: list[int]) -> None:
    texts, data = stream
    assert read(*split(data, cuts)) == ([chunk(text) for text in texts], True, None)


@given(streams())
def test_one_byte_at_a_time_gives_the_same_chunks(stream: tuple[list[str], bytes]) -> None:
    texts, data = stream
    assert read(*(bytes([byte]) for byte in data)) == ([chunk(text) for text in texts], True, None)


@given(st.lists(st.integers(min_value=0), max_size=6))
def test_any_splitting_finds_the_same_fault_after_the_same_chunks(cuts: list[int]) -> None:
    data = b'data: {"a":1}\n\ndata: {"b":\n\ndata: {"c":1}\n\n'
    assert read(*split(data, cuts)) == ([{"a": 1}], False, "a chunk is not a JSON object")


@given(st.binary(max_size=200), st.lists(st.integers(min_value=0), max_size=5))
def test_garbage_never_raises(data: bytes, cuts: list[int]) -> None:
    assert read(*split(data, cuts)) == read(data)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1", b"{", b"", b"NaN", b'{"a":"\xff"}', b"[DONE"])
def test_what_is_no_json_object_breaks_the_stream(body: bytes) -> None:
    assert read(b"data: " + body + b"\n") == ([], False, "a chunk is not a JSON object")


def test_what_follows_done_is_ignored() -> None:
    assert read(b'data: {"a":1}\n\ndata: [DONE]\n\ndata: {garbage\n', b'data: {"b":1}\n') == ([{"a": 1}], True, None)


def test_a_last_line_without_a_break_counts_when_the_stream_closes() -> None:
    assert read(b'data: {"a":1}\ndata: [DONE]') == ([{"a": 1}], True, None)
    assert read(b'data: {"a":1}') == ([{"a": 1}], False, None)


def test_an_error_object_is_a_chunk_like_any_other() -> None:
    assert read(b'event: error\ndata: {"error":{"message":"no"}}\n\n')[0] == [{"error": {"message": "no"}}]


def test_half_a_character_becomes_a_replacement_and_whole_ones_stay() -> None:
    chunks, _, broken = read(rb'data: {"a":"\ud83d","b":"\ude00","c":"\ud83d\ude00\ud83d"}' + b"\n")
    assert (chunks, broken) == ([{"a": "\ufffd", "b": "\ufffd", "c": "😀\ufffd"}], None)


@pytest.mark.parametrize("size", [7, 1000])
def test_a_line_too_long_breaks_the_stream(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(completions, "MAX_LINE", 100)
    data = b'data: {"a":1}\n' + b'data: {"a":"' + b"x" * 200 + b'"}\n'
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert read(*pieces) == ([{"a": 1}], False, "a line is too long")
    assert read(b": endless comment" + b"x" * 200)[2] == "a line is too long"
