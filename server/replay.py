"""Calls played through the rules faster than real time: the same input gives the same events, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from media.audio import RATE, Pcm, Window, seconds
from media.heard import Heard
from media.listener import Listener
from media.scheduler import Engine
from media.vad import Judge
from media.wav import frames_of
from server.call.conversation import Conversation
from server.call.heard import events_of
from server.call.names import names_of
from server.call.playbook import Playbook
from server.call.script import Script
from server.envelope import Envelope
from server.events import CallEnded, CallStarted, Event

FRAME = RATE // 10
"""Samples handed to the listener at once; it hears in ticks of its own."""


def replay_script(script: Script, playbook: Playbook) -> Iterator[Envelope]:
    """Play a scripted call."""
    conversation = Conversation(playbook)
    start = replace(script.start, playbook=playbook.name)
    made = (event for given in (start, *script.events) for event in conversation.apply(given))
    return _numbered(script.id, _with_summary(made, conversation))


def replay_events(call_id: str, inputs: Iterable[Event], playbook: Playbook) -> Iterator[Envelope]:
    """Fold a stored call's inputs again."""
    conversation = Conversation(playbook)
    made = (event for given in inputs for event in conversation.apply(given))
    return _numbered(call_id, _with_summary(made, conversation))


def replay_sound(
    rep: Pcm,
    prospect: Pcm,
    playbook: Playbook,
    engine: Engine,
    judge: Judge,
    start: CallStarted,
    call_id: str = "replay",
) -> Iterator[Envelope]:
    """Play a recording: words come as if the engine took no time."""
    conversation = Conversation(playbook)
    listener = Listener(judge, shortest=engine.shortest, names=names_of(start, playbook))
    made = _sound(rep, prospect, conversation, engine, listener, start)
    return _numbered(call_id, _with_summary(made, conversation))


def _sound(
    rep: Pcm,
    prospect: Pcm,
    conversation: Conversation,
    engine: Engine,
    listener: Listener,
    start: CallStarted,
) -> Iterator[Event]:
    yield from conversation.apply(start)
    for frame in frames_of(rep, prospect, FRAME):
        yield from _heard(listener.hear(frame), listener, conversation, engine)
        yield from conversation.advance(listener.clock / RATE)
    yield from _heard(listener.close(), listener, conversation, engine)
    length = seconds(max(len(rep), len(prospect)))
    at = max(round(listener.clock / RATE, 3), round(length, 3))
    yield from conversation.apply(CallEnded(at=at, reason="end_of_recording", duration=round(length, 3)))


def _heard(
    heard: Sequence[Heard], listener: Listener, conversation: Conversation, engine: Engine
) -> Iterator[Event]:
    windows = [one for one in heard if isinstance(one, Window)]
    at = listener.clock / RATE
    for one in heard:
        if not isinstance(one, Window):
            yield from conversation.apply(events_of(one, at))
    if windows:
        answers = [one for hypothesis in engine.transcribe(windows) for one in listener.accept(hypothesis)]
        yield from _heard(answers, listener, conversation, engine)


def _with_summary(events: Iterable[Event], conversation: Conversation) -> Iterator[Event]:
    yield from events
    yield conversation.summary()


def _numbered(call_id: str, events: Iterable[Event]) -> Iterator[Envelope]:
    for number, event in enumerate(events, 1):
        yield Envelope(call_id, number, event)
