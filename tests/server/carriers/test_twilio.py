"""Twilio's wire: conversations from `tests/wire`, whatever else may arrive, the pairs, the signature."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.carriers.twilio import (
    MAX_MESSAGE,
    MAX_PARAMETERS,
    TwilioStream,
    signature_ok,
    signed_urls,
    to_connected,
    to_dtmf,
    to_mark,
    to_media,
    to_start,
    to_stop,
)
from server.carriers.wire import Dtmf, Mark, Odd, Sound, Started, Stopped, Wire

WIRE = Path(__file__).resolve().parents[2] / "wire"
STARTED = Started(
    "MZ1", "CA1", "AC1", ("inbound", "outbound"), "mulaw", 8_000, {"call_id": "c_1", "token": "t"}, 1
)


def words(value: Wire) -> str:
    """A value as the fixtures write it."""
    match value:
        case Started():
            return f"Started {value.encoding} {value.rate} {value.channels}"
        case Sound():
            return f"Sound {value.track} {value.at_ms} {len(value.payload)}"
        case Stopped():
            return f"Stopped {value.reason}"
        case Dtmf():
            return f"Dtmf {value.digit}"
        case Mark():
            return f"Mark {value.name}"
        case Odd():
            return f"Odd {value.kind}"


def running() -> TwilioStream:
    stream = TwilioStream()
    assert stream.receive(to_start(STARTED)) == [STARTED]
    return stream


@pytest.mark.parametrize("path", sorted(WIRE.glob("twilio-*.jsonl")), ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    stream = TwilioStream()
    for line in path.read_text().splitlines()[1:]:
        said: dict[str, Any] = json.loads(line)
        message = said["text"] if "text" in said else base64.b64decode(said["base64"])
        assert [words(value) for value in stream.receive(message)] == said["says"], said


def test_a_start_says_who_and_what() -> None:
    line = next(
        line for line in (WIRE / "twilio-whole.jsonl").read_text().splitlines() if "accountSid" in line
    )
    (started,) = TwilioStream().receive(json.loads(line)["text"])
    assert started == Started(
        "MZ18ad3ab5a668481ce02b83e7395059f0",
        "CA7f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e",
        "AC0123456789abcdef0123456789abcdef",
        ("inbound", "outbound"),
        "mulaw",
        8_000,
        {"call_id": "c_123", "rep_track": "inbound", "token": "one-time"},
    )


@pytest.mark.parametrize(
    "value",
    [
        Sound("inbound", 0, b"\xff" * 160),
        Sound("outbound", 3_599_980, bytes(range(256))),
        Sound("inbound", 20, b"\x01"),
    ],
)
def test_sound_written_is_sound_read(value: Sound) -> None:
    assert running().receive(to_media("MZ1", value, sequence=7, chunk=3)) == [value]


@settings(deadline=None)  # a busy machine is no bug
@given(
    at=st.integers(0, 86_400_000),
    payload=st.binary(min_size=1, max_size=2_000),
    track=st.sampled_from(["inbound", "outbound"]),
)
def test_any_sound_written_is_read_back(at: int, payload: bytes, track: str) -> None:
    value = Sound(track, at, payload)
    assert running().receive(to_media("MZ1", value, sequence=2, chunk=1)) == [value]


def test_the_other_messages_come_back_as_written() -> None:
    stream = TwilioStream()
    assert stream.receive(to_connected()) == []
    assert stream.receive(to_start(STARTED)) == [STARTED]
    assert stream.receive(to_dtmf("MZ1", "#", sequence=2)) == [Dtmf("#")]
    assert stream.receive(to_mark("MZ1", "vm-end", sequence=3)) == [Mark("vm-end")]
    assert stream.receive(to_stop(STARTED, sequence=4)) == [Stopped("stop")]


@pytest.mark.parametrize("encoding", ["mulaw", "alaw", "l16"])
@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_is_announced_and_understood(encoding: Any, rate: int, channels: int) -> None:
    started = Started("MZ1", "CA1", "AC1", ("inbound",), encoding, rate, {}, channels)
    assert TwilioStream().receive(to_start(started)) == [started]


def test_a_message_looks_like_twilios_own() -> None:
    written = json.loads(to_media("MZ1", Sound("inbound", 20, b"\xff" * 160), sequence=4, chunk=2))
    assert written == {
        "event": "media",
        "sequenceNumber": "4",
        "media": {"track": "inbound", "chunk": "2", "timestamp": "20", "payload": "/" * 213 + "w=="},
        "streamSid": "MZ1",
    }


def test_a_huge_message_is_not_read() -> None:
    (odd,) = running().receive('{"event":"media","x":"' + "a" * MAX_MESSAGE + '"}')
    assert odd == Odd("too_large", f"{MAX_MESSAGE + 24} characters")


@pytest.mark.parametrize("depth", [500, 5_000, 100_000])
def test_deep_nesting_does_no_harm(depth: int) -> None:
    for message in ("[" * depth, '{"event":' + "[" * depth + "]" * depth + "}", '{"a":' * depth):
        (odd,) = running().receive(message)
        assert isinstance(odd, Odd)


def test_parameters_are_bounded_text() -> None:
    many: dict[str, Any] = {f"p{n}": "x" * 600 for n in range(300)}
    body = json.loads(to_start(STARTED))
    body["start"]["customParameters"] = {"deep": {"a": []}, "list": [1], "none": None, "n": 7, **many}
    (started,) = TwilioStream().receive(json.dumps(body))
    assert isinstance(started, Started)
    assert len(started.parameters) <= MAX_PARAMETERS
    assert started.parameters["n"] == "7"
    assert "deep" not in started.parameters
    assert max(map(len, started.parameters.values())) == 500


def test_a_word_about_something_odd_is_short() -> None:
    (odd,) = running().receive(json.dumps({"event": "x" * 5_000}))
    assert isinstance(odd, Odd)
    assert len(odd.detail) == 80


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["event", "start", "media", "streamSid", "payload", "track", "timestamp", "mediaFormat", "encoding"]
)
INNER = st.sampled_from(
    ["sampleRate", "channels", "customParameters", "tracks", "dtmf", "mark", "digit", "name", "stop"]
)
SAID = st.sampled_from(
    ["connected", "start", "media", "dtmf", "mark", "stop", "MZ1", "inbound", "AAAA", "20"]
)
NEAR = st.recursive(
    JSON | SAID,
    lambda inner: st.dictionaries(NAMES | INNER, inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=20,
)


def check(message: str | bytes) -> None:
    fresh, stream = TwilioStream(), running()
    for value in fresh.receive(message) + stream.receive(message) + stream.receive(message):
        assert isinstance(value, Wire)
        words(value)


@settings(deadline=None)  # a busy machine is no bug
@given(st.text() | st.binary())
def test_no_text_and_no_bytes_raise(message: str | bytes) -> None:
    check(message)


@settings(deadline=None)  # a busy machine is no bug
@given(event=SAID, body=st.dictionaries(NAMES | INNER, NEAR, max_size=6))
def test_no_object_raises(event: str, body: dict[str, Any]) -> None:
    check(json.dumps({**body, "event": event}))


@settings(deadline=None)  # a busy machine is no bug
@given(cut=st.integers(0, 400), put=st.text(max_size=3))
def test_no_damaged_message_raises(cut: int, put: str) -> None:
    message = to_media("MZ1", Sound("inbound", 20, b"\x9e" * 160), sequence=3, chunk=2)
    check(message[:cut] + put + message[cut + len(put) :])
    check(message[:cut] + put)


TOKEN = "12345"  # the test vectors' own
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "Digits": "1234",
    "From": "+14158675310",
    "To": "+18005551212",
}


@pytest.mark.parametrize(
    ("url", "params", "signature"),
    [
        ("https://mycompany.com/myapp.php?foo=1&bar=2", FORM, "GvWf1cFY/Q7PnoempGyD5oXAezc="),
        ("wss://example.com/twilio/media", None, "Ko8aymfVk0cCegaxVKH0ZCvSyf4="),
        ("wss://example.com/media/twilio", {}, "M4VdJ5pt+9kWsgwKulVbueuvHak="),
        ("wss://example.com:443/media/twilio", {}, "uGV71g2ZYdaylzeNrM0a9nCKxqs="),
    ],
)
def test_signature_vectors(url: str, params: dict[str, str] | None, signature: str) -> None:
    assert signature_ok(url, params, signature, TOKEN)
    assert not signature_ok(url, params, signature, "12346")
    assert not signature_ok(url.replace("com", "net"), params, signature, TOKEN)
    assert not signature_ok(url, {"CallSid": "CA2"}, signature, TOKEN)
    assert not signature_ok(url, params, signature[:-2] + "A=", TOKEN)


@pytest.mark.parametrize("signature", ["M4VdJ5pt+9kWsgwKulVbueuvHak=", "uGV71g2ZYdaylzeNrM0a9nCKxqs="])
def test_an_upgrade_is_known_with_or_without_its_port(signature: str) -> None:
    urls = signed_urls("https://example.com", "/media/twilio")
    assert any(signature_ok(url, None, signature, TOKEN) for url in urls)
    assert not any(
        signature_ok(url, None, signature, TOKEN) for url in signed_urls("https://evil.com", "/media/twilio")
    )


@pytest.mark.parametrize(
    ("signature", "token"), [("", TOKEN), ("M4VdJ5pt+9kWsgwKulVbueuvHak=", ""), ("", "")]
)
def test_nothing_missing_means_allow(signature: str, token: str) -> None:
    assert not signature_ok("wss://example.com/media/twilio", None, signature, token)


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("https://example.com/hook", "a body without its hash"),
        ("wss://exa[mple", None),
        ("https://a:b/c", None),
    ],
)
def test_what_the_validator_cannot_take_is_refused(url: str, params: Any) -> None:
    assert not signature_ok(url, params, "M4VdJ5pt+9kWsgwKulVbueuvHak=", TOKEN)


@pytest.mark.parametrize(
    ("origin", "path", "urls"),
    [
        (
            "https://desk.example.com",
            "/media/twilio",
            [
                "wss://desk.example.com/media/twilio",
                "wss://desk.example.com/media/twilio/",
                "wss://desk.example.com:443/media/twilio",
                "wss://desk.example.com:443/media/twilio/",
            ],
        ),
        (
            "https://desk.example.com:8443/beat/",
            "/media/twilio/",
            [
                "wss://desk.example.com:8443/beat/media/twilio/",
                "wss://desk.example.com:8443/beat/media/twilio",
            ],
        ),
        ("http://127.0.0.1:8717", "/m", ["ws://127.0.0.1:8717/m", "ws://127.0.0.1:8717/m/"]),
    ],
)
def test_urls_that_may_have_been_signed(origin: str, path: str, urls: list[str]) -> None:
    assert signed_urls(origin, path) == urls
