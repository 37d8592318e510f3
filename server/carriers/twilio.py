"""Twilio Media Streams, both directions, without a socket.

Protocol: https://www.twilio.com/docs/voice/media-streams/websocket-messages. Numbers arrive as strings
there; strings and numbers are both taken. Nothing that arrives is trusted and nothing raises.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # ships no types

from server.carriers.wire import Dtmf, Encoding, Mark, Odd, Sound, Started, Stopped, Wire, party

__all__ = [
    "TwilioStream", "party", "signature_ok", "signed_urls",
    "to_connected", "to_dtmf", "to_mark", "to_media", "to_start", "to_stop",
]  # fmt: skip

MAX_MESSAGE = 262_144
"""Characters. A 20 ms frame has 386; ten seconds of 16-bit sound at 8 kHz still fit."""

MAX_MS = 24 * 3_600_000
"""Twilio ends a call after 4 hours (https://www.twilio.com/docs/voice/limitations-and-edge-cases)."""

MAX_PARAMETERS = 99
"""Parameter1 to Parameter99 in Twilio's REST API."""

_TEXT = 500
"""Characters kept of any one name or value: Twilio bounds a parameter's name and value together by this."""

_TRACKS = {
    "inbound": "inbound",
    "outbound": "outbound",
    "inbound_track": "inbound",
    "outbound_track": "outbound",
}
_CODECS: dict[str, Encoding] = {
    "mulaw": "mulaw", "mu-law": "mulaw", "ulaw": "mulaw", "pcmu": "mulaw", "basic": "mulaw",
    "alaw": "alaw", "a-law": "alaw", "pcma": "alaw",
    "l16": "l16", "pcm": "l16", "linear16": "l16", "slin": "l16",
}  # fmt: skip
_RATES = (8_000, 16_000, 24_000, 32_000, 44_100, 48_000)
_DIGITS = frozenset("0123456789*#ABCD")


class _Media(msgspec.Struct):
    payload: bytes
    """msgspec reads base64 by itself, five times faster than two steps."""
    timestamp: str | int
    track: str


class _Frame(msgspec.Struct):
    event: str
    media: _Media
    streamSid: str = ""


_read_frame = msgspec.json.Decoder(_Frame).decode
_read_any = msgspec.json.Decoder().decode


class _Broken(ValueError):
    """A message that cannot be used; the words become an `Odd`."""

    def __init__(self, kind: str, detail: object = "") -> None:
        super().__init__(kind)
        self.odd = Odd(kind, _short(detail))


def _short(value: object) -> str:
    return value[:80] if isinstance(value, str) else _text(value) or type(value).__name__


def _text(value: object) -> str:
    """Text of a scalar; empty for anything else, since no id or name is a list or an object."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value.bit_length() <= 64 else ""
    return str(value)[:_TEXT] if isinstance(value, str | float) else ""


def _whole(value: object) -> int | None:
    """A number in whatever form, as a whole one; None when it is none."""
    if isinstance(value, str):
        if len(value) > 32:
            return None
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, int) or math.isfinite(value) else None


class TwilioStream:
    """One media websocket of Twilio: give it each message, get what it says."""

    def __init__(self) -> None:
        self._started: Started | None = None
        self._stopped = False
        self._deaf = False
        """The start named a codec that we cannot read: sound is passed over without a word each time."""
        self._ends: dict[str, float] = {}
        """Where each track's sound ends (ms), the place of a piece that brings no time of its own."""
        self._bytes_a_ms = 8.0

    def receive(self, message: str | bytes) -> list[Wire]:
        """Read one websocket message. Never raises; what breaks the protocol comes back as `Odd`."""
        if not isinstance(message, str):
            return [Odd("binary_message", f"{len(message)} bytes")]
        if len(message) > MAX_MESSAGE:
            return [Odd("too_large", f"{len(message)} characters")]
        try:
            frame = _read_frame(message)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return self._lenient(message)
        if frame.event != "media":
            return self._lenient(message)
        media = frame.media
        try:
            return self._sound(frame.streamSid, media.track, media.timestamp, media.payload)
        except _Broken as broken:
            return [broken.odd]

    def _lenient(self, message: str) -> list[Wire]:
        try:
            body = _read_any(message)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return [Odd("not_json", _short(message))]
        if not isinstance(body, dict):
            return [Odd("not_an_object", _short(message))]
        event = body.get("event")
        read = self._EVENTS.get(event) if isinstance(event, str) else None
        if read is None:
            return [Odd("unknown_event", _short(event))]
        try:
            return read(self, body)
        except _Broken as broken:
            return [broken.odd]

    def _on_connected(self, body: dict[str, Any]) -> list[Wire]:
        return [Odd("late_connected")] if self._started else []

    def _on_start(self, body: dict[str, Any]) -> list[Wire]:
        if self._started:
            raise _Broken("second_start", _text(body.get("streamSid")))
        start = _object(body, "start")
        sids = {sid for sid in (_text(body.get("streamSid")), _text(start.get("streamSid"))) if sid}
        if len(sids) != 1:
            raise _Broken("bad_start", "no streamSid" if not sids else "two streamSids")
        odd, encoding, rate, channels = _media_format(start.get("mediaFormat"))
        self._deaf = bool(odd)
        self._bytes_a_ms = rate / 1_000 * channels * (2 if encoding == "l16" else 1)
        tracks = start.get("tracks")
        self._started = Started(
            stream_id=sids.pop(),
            call_id=_text(start.get("callSid")),
            account_id=_text(start.get("accountSid")),
            tracks=tuple(_TRACKS[name] for name in tracks if name in ("inbound", "outbound"))
            if isinstance(tracks, list)
            else (),
            encoding=encoding,
            rate=rate,
            parameters=_parameters(start.get("customParameters")),
            channels=channels,
        )
        return [*odd, self._started]

    def _on_media(self, body: dict[str, Any]) -> list[Wire]:
        media = _object(body, "media")
        try:
            payload = base64.b64decode(media["payload"], validate=True)
        except (KeyError, TypeError, ValueError):
            raise _Broken("bad_payload", media.get("payload")) from None
        return self._sound(body.get("streamSid", ""), media.get("track"), media.get("timestamp"), payload)

    def _sound(self, stream: object, name: object, timestamp: object, payload: bytes) -> list[Wire]:
        started = self._checked(stream, "sound")
        # A stream without a track name is Twilio's default, `inbound_track`.
        track = _TRACKS.get(name) if isinstance(name, str) else ("inbound" if name is None else None)
        if track is None:
            raise _Broken("unknown_track", name)
        if self._deaf:
            return []
        if not payload:
            raise _Broken("empty_payload")
        if started.encoding == "l16" and len(payload) % 2:
            raise _Broken("odd_length", f"{len(payload)} bytes")
        said: list[Wire] = []
        at = _whole(timestamp)
        if at is None or not 0 <= at <= MAX_MS:
            if timestamp is not None:
                said.append(Odd("bad_timestamp", _short(timestamp)))
            at = int(self._ends.get(track, 0.0))
        self._ends[track] = at + len(payload) / self._bytes_a_ms
        said.append(Sound(track, at, payload))
        return said

    def _on_dtmf(self, body: dict[str, Any]) -> list[Wire]:
        self._checked(body.get("streamSid", ""), "dtmf")
        digit = _text(_object(body, "dtmf").get("digit"))
        if digit not in _DIGITS:
            raise _Broken("bad_digit", digit)
        return [Dtmf(digit)]

    def _on_mark(self, body: dict[str, Any]) -> list[Wire]:
        self._checked(body.get("streamSid", ""), "mark")
        name = _text(_object(body, "mark").get("name"))
        if not name:
            raise _Broken("bad_mark")
        return [Mark(name)]

    def _on_stop(self, body: dict[str, Any]) -> list[Wire]:
        self._checked(body.get("streamSid", ""), "stop")
        self._stopped = True
        return [Stopped("stop")]

    def _checked(self, stream: object, what: str) -> Started:
        """Return the running stream if the message is its own; a message that names no stream is."""
        if self._started is None:
            raise _Broken(f"{what}_before_start")
        if stream != self._started.stream_id and stream not in ("", None):
            raise _Broken("foreign_stream", stream)
        if self._stopped:
            raise _Broken("after_stop", what)
        return self._started

    _EVENTS: Mapping[str, Callable[[TwilioStream, dict[str, Any]], list[Wire]]] = {
        "connected": _on_connected, "start": _on_start, "media": _on_media,
        "dtmf": _on_dtmf, "mark": _on_mark, "stop": _on_stop,
    }  # fmt: skip


def _object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise _Broken(f"bad_{name}", value)
    return value


def _media_format(said: object) -> tuple[list[Wire], Encoding, int, int]:
    """What the sound is made of; an `Odd` comes along when we cannot read it."""
    if said is None:
        return [], "mulaw", 8_000, 1
    if not isinstance(said, dict):
        return [Odd("unknown_codec", _short(said))], "mulaw", 8_000, 1
    codec = _text(said.get("encoding", "audio/x-mulaw")).lower().removeprefix("audio/").removeprefix("x-")
    encoding = _CODECS.get(codec)
    rate = _whole(said.get("sampleRate", 8_000))
    channels = _whole(said.get("channels", 1))
    if encoding is None:
        return [Odd("unknown_codec", _short(codec))], "mulaw", 8_000, 1
    if rate not in _RATES or channels not in (1, 2):
        return [Odd("unknown_codec", f"{codec} {rate} Hz, {channels} channels")], "mulaw", 8_000, 1
    return [], encoding, rate, channels


def _parameters(said: object) -> dict[str, str]:
    if not isinstance(said, dict):
        return {}
    pairs = list(said.items())[:MAX_PARAMETERS]
    return {_text(name): _text(value) for name, value in pairs if isinstance(value, str | int | float)}


# --- the peer's side -------------------------------------------------------------------------------------


def _to_line(body: dict[str, Any]) -> str:
    return msgspec.json.encode(body).decode()


def to_connected() -> str:
    """Write the first message of a connection."""
    return _to_line({"event": "connected", "protocol": "Call", "version": "1.0.0"})


def to_start(started: Started, *, sequence: int = 1) -> str:
    """Write the message that `receive` reads as `started`."""
    encoding = "audio/L16" if started.encoding == "l16" else f"audio/x-{started.encoding}"
    body = {
        "accountSid": started.account_id,
        "streamSid": started.stream_id,
        "callSid": started.call_id,
        "tracks": started.tracks,
        "mediaFormat": {"encoding": encoding, "sampleRate": started.rate, "channels": started.channels},
        "customParameters": started.parameters,
    }
    return _to_line(
        {"event": "start", "sequenceNumber": str(sequence), "streamSid": started.stream_id, "start": body}
    )


def to_media(stream_id: str, sound: Sound, *, sequence: int, chunk: int) -> str:
    """Write one piece of sound."""
    media = {
        "track": sound.track,
        "chunk": str(chunk),
        "timestamp": str(sound.at_ms),
        "payload": base64.b64encode(sound.payload).decode(),
    }
    return _to_line(
        {"event": "media", "sequenceNumber": str(sequence), "media": media, "streamSid": stream_id}
    )


def to_dtmf(stream_id: str, digit: str, *, sequence: int) -> str:
    """Write a pressed key."""
    dtmf = {"track": "inbound_track", "digit": digit}
    return _to_line({"event": "dtmf", "streamSid": stream_id, "sequenceNumber": str(sequence), "dtmf": dtmf})


def to_mark(stream_id: str, name: str, *, sequence: int) -> str:
    """Write the echo of a mark."""
    body = {"event": "mark", "sequenceNumber": str(sequence), "streamSid": stream_id, "mark": {"name": name}}
    return _to_line(body)


def to_stop(started: Started, *, sequence: int) -> str:
    """Write the end of a stream."""
    stop = {"accountSid": started.account_id, "callSid": started.call_id}
    return _to_line(
        {"event": "stop", "sequenceNumber": str(sequence), "streamSid": started.stream_id, "stop": stop}
    )


# --- proof of origin -------------------------------------------------------------------------------------


def signature_ok(
    url: str, params: Mapping[str, str | Sequence[str]] | str | None, signature: str, auth_token: str
) -> bool:
    """Tell whether Twilio signed this request (https://www.twilio.com/docs/usage/security).

    A missing token or signature never means "allow", nor does a body that the validator cannot take.
    """
    if not auth_token or not signature:
        return False
    try:
        return bool(RequestValidator(auth_token).validate(url, params or {}, signature))
    except (TypeError, ValueError, AttributeError):
        return False


def signed_urls(origin: str, path: str) -> list[str]:
    """URLs over which Twilio may have signed a websocket upgrade, the likeliest first.

    Built from the configured public origin and the raw path, never from a request's Host header. Twilio is
    not consistent about the port nor about a trailing slash, so each is tried with and without.
    """
    parts = urlsplit(origin)
    scheme = {"https": "wss", "http": "ws"}.get(parts.scheme, parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    ports = ["", ":443" if scheme == "wss" else ":80"]
    if parts.port and f":{parts.port}" not in ports:
        ports = [f":{parts.port}"]
    bare = f"{parts.path.rstrip('/')}/{path.strip('/')}".rstrip("/")
    paths = [f"{bare}/", bare] if path.endswith("/") else [bare, f"{bare}/"]
    return [f"{scheme}://{host}{port}{tail}" for port in ports for tail in paths]
