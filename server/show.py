"""A call in the terminal: the same events as the desk's, as lines of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from server.events import BEATS

SHORT = {
    "permission_context": "Open", "why_now": "Why now", "ask": "Ask", "listen": "Listen", "book_or_bridge": "Book",
}  # fmt: skip
COLOURS = {"rep": "cyan", "prospect": "magenta"}


def clock(at: float) -> str:
    """Media seconds as minutes and seconds with one decimal: ` 1:05.2`."""
    tenths = int(at * 10)
    return f"{tenths // 600:>2}:{tenths // 10 % 60:02d}.{tenths % 10}"


def said(words: list[dict[str, Any]]) -> str:
    """The words of an utterance as a line."""
    return " ".join(word["text"] for word in words)


def line_of(event: Mapping[str, Any]) -> Text | None:
    """One line for an envelope's JSON, or None for what changes too often to be a line."""
    draw = _LINES.get(str(event["type"]))
    text = draw(event) if draw else None
    return Text.assemble((f"{clock(event['at'])}  ", "dim"), text) if text else None


def _final(event: Mapping[str, Any]) -> Text | None:
    if not event["words"]:
        return None
    return Text.assemble((f"{event['track']:>8}  ", COLOURS[event["track"]]), said(event["words"]))


def _cue(event: Mapping[str, Any]) -> Text | None:
    if event["phase"] != "raised":
        return Text.assemble((f"{'':>8}  {event['text']}: {event['phase']}", "dim"))
    return Text.assemble(
        (f"{'CUE':>8}  ", "bold"), (event["text"], "bold yellow"), (f"  {event['why']}", "dim")
    )


def _beat(event: Mapping[str, Any]) -> Text | None:
    if event["phase"] == "left":
        return None
    return Text.assemble((f"{'beat':>8}  {SHORT[event['beat']]} {event['phase']}", "green"))


def _verdict(event: Mapping[str, Any]) -> Text:
    return Text.assemble((f"{'answer':>8}  {event['label']} ({event['stage']}, {event['p']:.0%})", "bold"))


def _ended(event: Mapping[str, Any]) -> Text:
    return Text(f"{'':>8}  call ended ({event['reason']}) after {event['duration']:.1f} s")


def _summary(event: Mapping[str, Any]) -> Text:
    step = event.get("next_step") or {}
    words = " ".join(str(step[name]) for name in ("kind", "date", "time") if step.get(name)) or "none"
    return Text.assemble((f"{'summary':>8}  ", "bold"), f"outcome {event['outcome']}, next step {words}")


def _health(event: Mapping[str, Any]) -> Text | None:
    if event["state"] == "live" and not event["oddities"]:
        return None
    return Text(f"{'health':>8}  {event['state']} {event['oddities'] or ''}", "dim")


_LINES = {
    "final": _final, "cue": _cue, "beat": _beat, "verdict": _verdict, "call_ended": _ended,
    "summary": _summary, "health": _health,
}  # fmt: skip


class Desk:
    """The moving foot of the terminal: gauge, beats and the words being said."""

    def __init__(self) -> None:
        self._talk: Mapping[str, Any] = {}
        self._beat = ""
        self._partial: dict[str, str] = {}
        self.summary: Mapping[str, Any] = {}
        self.reason = "unknown"
        """Why the call ended."""

    def take(self, event: Mapping[str, Any]) -> None:
        """Take an envelope's JSON in."""
        kind = event["type"]
        if kind == "talk":
            self._talk = event
        elif kind == "beat" and event["phase"] == "entered":
            self._beat = str(event["beat"])
        elif kind == "partial":
            self._partial[event["track"]] = said(event["words"])
        elif kind == "final":
            self._partial.pop(event["track"], None)
        elif kind == "call_ended":
            self.reason = str(event["reason"])
        elif kind == "summary":
            self.summary = event

    def __rich__(self) -> RenderableType:
        beats = Text("  ")
        for name in BEATS:
            beats.append(f" {SHORT[name]} ", "reverse green" if name == self._beat else "dim")
        share = float(self._talk.get("talk_share", 0.0))
        bar = round(share * 30)
        gauge = Text.assemble("  You ", ("█" * bar, "cyan"), ("█" * (30 - bar), "magenta"), f" {share:.0%}")
        words = [
            Text(f"  {who}: {text} …", "italic dim") for who, text in sorted(self._partial.items()) if text
        ]
        return Group(beats, gauge, *words)
