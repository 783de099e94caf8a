"""Events as bytes: encoded once, valid against the published models, framed as the wire demands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.envelope import ANY_EVENT
from streaming.event import Encoder, MalformedId, decode, format_id, join, parse_id, split, text_frame
from streaming.events import AgentStatus, RunFailed, RunStarted
from tests.streaming.facts import completed


def encoder() -> Encoder:
    return Encoder("5f0c6f5e-3f0e-4b39-8f0e-2b6c1b0f7a11", "r1", 7)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=8))
def test_tokens_carry_their_text_and_the_characters_before_it(texts: list[str]) -> None:
    encoding = encoder()
    offset = 0
    for number, text in enumerate(texts, 1):
        event = encoding.token(text, 1_764_000_000.1234)
        envelope = json.loads(event.body)
        assert envelope["data"] == {"text": text, "offset": offset}
        assert envelope["id"] == f"7-{number}"
        assert envelope["timestamp"] == "2025-11-24T16:00:00.123Z"
        assert b"\n" not in event.body
        assert b"\r" not in event.body
        ANY_EVENT.validate_json(event.body)
        offset += len(text)


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert json.loads(encoder().token("a\ud800b", 0).body)["data"]["text"] == "a?b"


def test_every_fact_is_a_valid_event_without_nulls() -> None:
    encoding = encoder()
    facts = [
        RunStarted(kind="chat", message="Zeile 1\nZeile 2"),
        AgentStatus(agent="billing", status="active"),
        completed("It is 12 €."),
        RunFailed(code="x", message="y", retryable=True),
    ]
    for fact in facts:
        event = encoding.fact(fact, 5.0)
        assert ANY_EVENT.validate_json(event.body).data == fact
        assert b"null" not in event.body


def test_a_stored_event_comes_back_as_it_was() -> None:
    encoding = encoder()
    events = [encoding.fact(RunStarted(kind="chat", message='"quoted"'), 1.0), encoding.token('say "hi"', 1.5)]
    assert split(join(events)) == events
    assert [(event.id, event.type, event.run_id) for event in split(join(events))] == [
        ((7, 1), "run.started", "r1"),
        ((7, 2), "token", "r1"),
    ]


def test_a_frame_is_id_event_and_one_line_of_data_with_lf_only() -> None:
    event = decode(b'{"id":"7-1","type":"token","session_id":"s","run_id":"r","timestamp":"t","data":{}}')
    assert event.sse == b"id: 7-1\nevent: token\ndata: " + event.body + b"\n\n"


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536])
def test_a_websocket_frame_is_what_websockets_makes_of_it(length: int) -> None:
    from websockets.frames import Frame, Opcode

    payload = b"x" * length
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


@pytest.mark.parametrize("text", ["", "-", "1", "1-", "-1", "1-2-3", "a-b", "1--2", "１-２", " 1-2", "1-" + "9" * 50])
def test_a_malformed_id_is_refused(text: str) -> None:
    with pytest.raises(MalformedId):
        parse_id(text)


@given(st.integers(0, 2**53), st.integers(0, 2**53))
def test_an_id_survives_being_written_and_read(generation: int, sequence: int) -> None:
    assert parse_id(format_id((generation, sequence))) == (generation, sequence)
