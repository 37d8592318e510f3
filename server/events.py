"""Everything that can happen in a call, as frozen values (`docs/events.md`; `envelope.py` has their public JSON).

`at` is media time: the second of sound at which the rules knew it. Two kinds of event live here:

- **inputs** go into the fold (`server/call/conversation.py`) and are stored with the call, so that folding
  them again gives exactly what the rep saw: `INPUTS`.
- **outputs** are what the fold answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from media.audio import Word

TrackName = Literal["rep", "prospect"]
BeatName = Literal["permission_context", "why_now", "ask", "listen", "book_or_bridge"]
BEATS: tuple[BeatName, ...] = ("permission_context", "why_now", "ask", "listen", "book_or_bridge")
CueKind = Literal[
    "stay_silent", "give_reason", "make_ask", "stop_talking", "let_finish", "book_it", "offer_bridge",
    "name_time", "slow_down", "do_not_call", "card",
]  # fmt: skip
ObjectionKind = Literal[
    "price", "timing", "competitor", "authority", "no_need", "send_info", "bad_time", "trust"
]
About = ObjectionKind | Literal["question"]
"""What a language model was asked about."""
Refused = Literal[
    "", "late", "empty", "malformed", "uncited", "hostile", "over_limit", "failed", "resting", "broken_off",
]  # fmt: skip
"""Why there is no suggestion; nothing when there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at a media time (seconds)."""

    type: ClassVar[str] = ""
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The words that prove a claim: whose, from when to when (media seconds), and the text."""

    track: TrackName
    start: float
    end: float
    text: str = ""


# --- inputs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(Event):
    """The first sound of a call, and what is known of it."""

    type: ClassVar[str] = "call_started"
    playbook: str
    direction: Literal["outbound", "inbound"] = "outbound"
    rep: str = ""
    company: str = ""
    """The rep's company."""
    contact: str = ""
    contact_company: str = ""
    date: str = ""
    """Wall date in the prospect's zone (ISO 8601), for "next Thursday"."""
    tz: str = ""
    """The prospect's zone (IANA name)."""
    level: Literal["quiet", "balanced", "eager"] = "balanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted(Event):
    """A track began to speak at `start`; known `at`, a little later."""

    type: ClassVar[str] = "speech_started"
    track: TrackName
    turn: int
    start: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStopped(Event):
    """A track stopped speaking at `end`; known `at`, a hang-over later."""

    type: ClassVar[str] = "speech_stopped"
    track: TrackName
    turn: int
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(Event):
    """The words of an utterance so far. The first `agreed` of them will not change."""

    type: ClassVar[str] = "partial"
    track: TrackName
    turn: int
    start: float
    end: float
    words: tuple[Word, ...]
    agreed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Final(Event):
    """The words of an utterance that has ended (none, if nothing was understood)."""

    type: ClassVar[str] = "final"
    track: TrackName
    turn: int
    start: float
    end: float
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Event):
    """What the rep pressed on the desk: it changes what the rules do, so it is part of the log."""

    type: ClassVar[str] = "order"
    action: Literal["see_cue", "dismiss_cue", "mark_wrong", "mute_kind", "unmute_kind", "flag"]
    """`see_cue` comes from the page when it has shown a cue: its `at` ends the cue's latency trace."""
    target: str = ""
    """Kind of the cue meant, or a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Event):
    """How well we hear. `state` is what the page shows."""

    type: ClassVar[str] = "health"
    state: Literal["live", "no_audio", "captions_delayed", "captions_later"] = "live"
    frames: int = 0
    lost: int = 0
    """Milliseconds of sound that never came."""
    delay_s: float = 0.0
    """Seconds from the end of sound to its words, latest measure."""
    level: int = 0
    """Step of the overload ladder (`media/ladder.py`): 0 is none."""
    oddities: dict[str, int] = field(default_factory=dict)
    """Counts of messages that broke the carrier's protocol, by kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion(Event):
    """What came of asking a language model. No reply comes twice the same, so it is part of the log."""

    type: ClassVar[str] = "suggestion"
    about: About
    since: float
    """Where the prospect's words end that it is about (media seconds)."""
    author: str
    """Name of the language model."""
    asked_at: float | None = None
    """Media second at which it was asked; None when it was not."""
    headline: str = ""
    lines: tuple[str, ...] = ()
    """What the rep may say."""
    question: str = ""
    """What the rep may ask."""
    evidence: Evidence | None = None
    """The prospect's words that it answers."""
    refused: Refused = ""
    tokens_in: int = 0
    tokens_out: int = 0
    """As its server counts them; a request that was broken off has none."""
    micros: int = 0
    """Its price in millionths of the currency of the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """No more sound will come."""

    type: ClassVar[str] = "call_ended"
    reason: str
    duration: float


# --- outputs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk(Event):
    """The gauge (`docs/metrics.md` defines every figure)."""

    type: ClassVar[str] = "talk"
    talk_share: float
    air_share: float
    rep_s: float
    prospect_s: float
    overlap_s: float
    monologue_s: float
    silence_s: float
    interruptions: int
    pace_wpm: float
    patience_s: float
    speaking: tuple[TrackName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat(Event):
    """The script moved. `since` and `budget` are media seconds."""

    type: ClassVar[str] = "beat"
    beat: BeatName
    phase: Literal["entered", "reached", "overrun", "left"]
    since: float
    budget: float
    until: float = 0.0
    """Where it ended, with `left` (media seconds); a beat that another follows ends where that one begins."""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Event):
    """The ask was made; its last word ended at `end`."""

    type: ClassVar[str] = "ask"
    end: float
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue(Event):
    """What the rep sees in the one cue slot, and what became of it."""

    type: ClassVar[str] = "cue"
    kind: CueKind
    text: str
    phase: Literal["raised", "expired", "dismissed", "followed", "wrong"] = "raised"
    """`expired`: it was on screen for its whole life and nothing came of it."""
    why: str = ""
    since: float = 0.0
    """When it became right: where the words or the measure end that call for it (media seconds)."""
    heard: float = 0.0
    """When those words, or that measure, became known (media seconds)."""
    line: str = ""
    """One optional short line under the headline."""
    objection: ObjectionKind | None = None
    life: float = 6.0
    """Seconds on screen."""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(Event):
    """A language model's words for the card that is in the cue slot."""

    type: ClassVar[str] = "card"
    about: About
    headline: str
    lines: tuple[str, ...]
    question: str
    author: str
    since: float
    """Where the prospect's words end that it answers (media seconds)."""
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection(Event):
    """An objection was heard."""

    type: ClassVar[str] = "objection"
    track: TrackName
    start: float
    end: float
    kind: ObjectionKind
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dnc(Event):
    """The prospect asked not to be called again."""

    type: ClassVar[str] = "dnc"
    track: TrackName
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Event):
    """A question was asked."""

    type: ClassVar[str] = "question"
    track: TrackName
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment(Event):
    """Somebody promised something."""

    type: ClassVar[str] = "commitment"
    track: TrackName
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Event):
    """Who picked up."""

    type: ClassVar[str] = "verdict"
    label: Literal["human", "voicemail", "screener", "ivr", "unavailable", "fax", "silence"]
    stage: Literal["early", "firm"]
    p: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What was agreed to happen next. Date and time are in the prospect's zone; either may be unknown."""

    kind: Literal["meeting", "call", "email", "none"] = "none"
    date: str | None = None
    """ISO 8601 date."""
    time: str | None = None
    """HH:MM, 24 hours."""
    with_: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a summary with the spans that prove it."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Event):
    """What a careful person would log."""

    type: ClassVar[str] = "summary"
    outcome: Literal["connect", "voicemail", "no_answer", "wrong_number", "dnc"]
    sentiment: Literal["positive", "neutral", "negative"] = "neutral"
    meeting: bool = False
    next_step: NextStep = field(default_factory=NextStep)
    facts: tuple[Evidence, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    author: str = "rules"
    """`rules`, or the name of the language model that wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced(Event):
    """The record reached a CRM, under this id there."""

    type: ClassVar[str] = "synced"
    crm: str
    id: str


INPUTS: tuple[type[Event], ...] = (
    CallStarted, SpeechStarted, SpeechStopped, Partial, Final, Order, Suggestion, Health, CallEnded,
)  # fmt: skip
OUTPUTS: tuple[type[Event], ...] = (
    Talk, Beat, Ask, Cue, Card, Objection, Dnc, Question, Commitment, Verdict, Summary, Synced,
)  # fmt: skip
