"""Carriers that break their protocol: what was heard is saved, nothing escapes, no other call is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults.conftest import Served, frames, media, start

SILENCE = b"\xff" * 160

ODD: dict[str, tuple[list[str | bytes], str]] = {
    "unknown event": (['{"event": "dance"}'], "unknown_event"),
    "not json": (["{"], "not_json"),
    "a list": (["[]"], "not_an_object"),
    "missing media": (['{"event": "media", "streamSid": "MZ1"}'], "bad_media"),
    "missing payload": (
        ['{"event": "media", "streamSid": "MZ1", "media": {"track": "inbound"}}'],
        "bad_payload",
    ),
    "payload is no base64": ([media("inbound", 0, b"", payload="@@@")], "bad_payload"),
    "empty payload": ([media("inbound", 0, b"")], "empty_payload"),
    "time is no number": ([media("inbound", 0, SILENCE, timestamp="soon")], "bad_timestamp"),
    "wrong track": ([media("sideways", 0, SILENCE)], "unknown_track"),
    "another stream's id": ([media("inbound", 0, SILENCE).replace("MZ1", "MZ2")], "foreign_stream"),
    "binary": ([b"\x00\x01\x02"], "binary_message"),
    "a message of 1 MB": (["x" * 1_000_000], "too_large"),
    "1 MB of binary": ([b"x" * 1_000_000], "binary_message"),
    "a second start": ([start({})], "second_start"),
    "deeply nested": (["[" * 50_000], "not_json"),
}


def oddities(served: Served, call_id: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for event in served.events(call_id):
        if event["type"] == "health":
            counts = event["oddities"]
    return counts


@pytest.mark.parametrize("name", ODD)
def test_a_broken_message_is_counted_and_the_call_goes_on(served: Served, name: str) -> None:
    messages, kind = ODD[name]
    call_id, line = served.begin()
    with line:
        for message in frames(0.0, 0.4):
            line.send(message)
        for message in messages * 2:
            line.send(message)
        for message in frames(0.4, 1.0):
            line.send(message)
        line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
    row = served.ended(call_id)
    assert row["end_reason"] == "hangup"
    assert row["duration"] == pytest.approx(1.0, abs=0.1)
    assert oddities(served, call_id) == {kind: 2}
    assert served.log().count(call_id) < 12


def test_no_fault_was_unforeseen(served: Served) -> None:
    call_id, line = served.begin()
    line.close()
    served.ended(call_id)
    assert "Traceback" not in served.log()
    assert "call broke" not in served.log()


def _late(sound: list[str]) -> list[str]:
    return sound[:100] + sound[120:140] + sound[100:120] + sound[140:]


def _shuffled(sound: list[str]) -> list[str]:
    return [sound[i ^ 2] if (i ^ 2) < len(sound) else sound[i] for i in range(len(sound))]


LINES: dict[str, Callable[[list[str]], list[str]]] = {
    "as it should be": lambda sound: sound,
    "every frame twice": lambda sound: [message for message in sound for _ in range(2)],
    "neighbours swapped": _shuffled,
    "some late": _late,
}


@pytest.mark.parametrize("name", LINES)
def test_order_and_copies_do_not_change_the_length(served: Served, name: str) -> None:
    call_id, line = served.begin()
    with line:
        for message in LINES[name](frames(0.0, 4.0)):
            line.send(message)
        line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
    assert served.ended(call_id)["duration"] == pytest.approx(4.0, abs=0.1)
    rep, prospect = served.recording(call_id)
    assert len(rep) == len(prospect) == pytest.approx(32_000, abs=800)


def test_a_gap_of_ten_seconds_keeps_its_place_in_time(served: Served) -> None:
    call_id, line = served.begin()
    with line:
        for message in [*frames(0.0, 3.0), *frames(13.0, 15.0)]:
            line.send(message)
        line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
    assert served.ended(call_id)["duration"] == pytest.approx(15.0, abs=0.1)
    rep, _ = served.recording(call_id)
    assert not rep[8000 * 4 : 8000 * 12].any()


def test_a_socket_cut_in_mid_frame_saves_what_was_heard(served: Served) -> None:
    call_id, line = served.begin()
    for message in frames(0.0, 4.5):
        line.send(message)
    line.socket.sendall(b"\x81\xfe\x00\x7e\x00\x00\x00\x00half")
    line.socket.close()
    row = served.ended(call_id)
    assert row["end_reason"] == "disconnected"
    assert row["duration"] == pytest.approx(4.5, abs=0.1)
    assert len(served.words(call_id)) > 3


def test_sound_in_a_wrong_codec_is_passed_over(served: Served) -> None:
    call_id, parameters = served.announce()
    with served.open() as line:
        line.send(start(parameters, encoding="audio/opus"))
        for message in frames(0.0, 0.4):
            line.send(message)
        line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
    assert served.ended(call_id)["duration"] == 0
    assert oddities(served, call_id) == {"unknown_codec": 1}


def test_sixteen_bit_sound_of_odd_length_is_counted(served: Served) -> None:
    call_id, parameters = served.announce()
    with served.open() as line:
        line.send(start(parameters, encoding="audio/L16"))
        line.send(media("inbound", 0, b"\x00" * 320))
        line.send(media("inbound", 20, b"\x00" * 321))
        line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
    served.ended(call_id)
    assert oddities(served, call_id) == {"odd_length": 1}


def refused(served: Served, *messages: str) -> Any:
    with served.open() as line:
        try:
            for message in messages:
                line.send(message)
            line.recv(timeout=12)
        except ConnectionClosed as closed:
            return closed.rcvd
    raise AssertionError("the stream was taken")


def test_who_brings_no_token_is_refused(served: Served) -> None:
    assert refused(served, start({})).code == 1008


def test_a_token_works_once_and_for_its_own_call_only(served: Served) -> None:
    first, parameters = served.announce()
    second, _ = served.announce()
    assert refused(served, start({**parameters, "call_id": second})).code == 1008
    with served.open() as line:
        line.send(start(parameters))
        line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
        served.ended(first)
    assert refused(served, start(parameters)).code == 1008
    assert served.http.get(f"/api/v1/calls/{second}").json()["state"] == "waiting"


def test_a_stop_without_a_start_leaves_nothing(served: Served) -> None:
    before = served.http.get("/api/v1/calls").json()["calls"]
    with served.open() as line:
        line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
        line.send(media("inbound", 0, SILENCE))
    assert served.http.get("/api/v1/calls").json()["calls"] == before


def test_two_calls_at_once_stay_apart(served: Served) -> None:
    (one, line_one), (two, line_two) = served.begin(), served.begin()
    with line_one, line_two:
        for first, second in zip(frames(0.0, 4.5), frames(5.0, 9.5), strict=True):
            line_one.send(first)
            line_two.send(second)
    assert served.ended(one)["duration"] == pytest.approx(4.5, abs=0.1)
    assert served.ended(two)["duration"] == pytest.approx(9.5, abs=0.1)
    assert {event["call"] for event in served.events(one)} == {one}
    assert served.words(one) != served.words(two)
