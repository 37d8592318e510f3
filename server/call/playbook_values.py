"""A playbook as values: what a kind of follow-up call should be like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from server.call import playbook_usual as usual
from server.events import BEATS, BeatName, CueKind, ObjectionKind


def shaped(pattern: str, words: str) -> AfterValidator:
    """Check a text's shape; who gets it wrong reads the words, not the pattern."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text[:50]!r} does not fit: {words}")
        return text

    return AfterValidator(check)


Line = Annotated[str, Field(min_length=1, max_length=200)]
Phrase = Annotated[
    str, Field(min_length=2, max_length=80), shaped(r"[^\W_](.*\S)?", "begins with a letter or a digit")
]
Seconds = Annotated[float, Field(strict=True, gt=0, le=3600)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Count = Annotated[int, Field(strict=True, ge=1, le=50)]
Name = Annotated[
    str, Field(min_length=3, max_length=40), shaped(r"[^\W_].*", "begins with a letter or a digit")
]
PlaybookName = Annotated[
    str, shaped(r"[a-z0-9][a-z0-9-]{0,40}", "small letters, digits and hyphens, such as post-demo")
]
SlotName = Annotated[str, shaped(r"[a-z][a-z_]{0,30}", "small letters and _, such as absent")]
Length = Annotated[str, shaped(r"\d{1,4}[mhdw]", "a number with m, h, d or w, such as 24h")]
LevelName = Literal["quiet", "balanced", "eager"]
CUES: tuple[CueKind, ...] = get_args(CueKind)
OBJECTIONS: tuple[ObjectionKind, ...] = get_args(ObjectionKind)
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Window(_Part):
    """When the follow-up is due: from `after` to `before` counted from `of`; a length reads 30m, 24h, 3d, 2w."""

    after: Length
    before: Length
    of: Line

    @property
    def seconds(self) -> tuple[float, float]:
        """Earliest and latest, in seconds from `of`."""
        first, last = (float(text[:-1]) * _UNITS[text[-1]] for text in (self.after, self.before))
        return first, last

    @model_validator(mode="after")
    def _forward(self) -> Window:
        first, last = self.seconds
        if last <= first:
            raise ValueError(f"before ({self.before}) must be later than after ({self.after})")
        return self


class NextStep(_Part):
    """What the call is for: the ask as it is said aloud, and the smaller step when that is refused."""

    ask: Line
    bridge: Annotated[str, Field(max_length=200)] = ""


class BeatPlan(_Part):
    """One beat: what it is for, how long it may take (for `listen`: at least), lines that do it well.

    `reached` are phrases that mark it reached, beside what the rules find; `talk` is the rep's share of all
    speech in it (0 to 1).
    """

    beat: BeatName
    goal: Line
    budget: Seconds
    lines: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    reached: Annotated[tuple[Phrase, ...], Field(max_length=50)] = ()
    talk: Share

    @model_validator(mode="before")
    @classmethod
    def _usual_talk(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and given.get("beat") in BEATS:
            return {"talk": usual.TALK[given["beat"]], **given}
        return given


class CuePlan(_Part):
    """How a cue reads and when it may come."""

    text: Annotated[str, Field(min_length=1, max_length=40)]
    """At most four words."""
    line: Annotated[str, Field(max_length=60)] = ""
    also: Annotated[tuple[Phrase, ...], Field(max_length=50)] = ()
    """Phrases that raise it, beside what the rules find."""
    unless: Annotated[tuple[Phrase, ...], Field(max_length=50)] = ()
    """Phrases that keep it down."""
    within: Annotated[float, Field(strict=True, ge=0, le=3600)] = 0
    """Seconds for "not said within"; 0: at once."""
    beats: tuple[BeatName, ...] = ()
    """Beats in which it may come; none named: in all."""
    priority: Annotated[int, Field(strict=True, ge=0, le=100)] = 50
    """The higher wins where two want the slot."""
    cooldown: Annotated[float, Field(strict=True, ge=0, le=3600)] = 25
    """Least seconds between two of the kind."""
    cap: Count = 4
    """Most in a call."""
    life: Seconds = 6
    """Seconds on screen."""

    @field_validator("text")
    @classmethod
    def _short(cls, text: str) -> str:
        if len(text.split()) > 4:
            raise ValueError("a cue has at most four words: nobody reads more while talking")
        return text


class Card(_Part):
    """What to say to an objection: the first line takes it in, the second asks."""

    text: Annotated[str, Field(min_length=1, max_length=40)]
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=2)]


class Pacing(_Part):
    """How often cues may come: seconds between two, at most so many within a stretch and in a call."""

    gap: Seconds = 8
    most: Count = 6
    within: Seconds = 90
    a_call: Count = 10
    first_words: Annotated[float, Field(strict=True, ge=0, le=10)] = 1
    """Seconds of the rep's speech in which only cues that cannot wait may come."""


class Level(_Part):
    """How much help a rep wants."""

    leaves_out: tuple[CueKind, ...] = ()
    pacing: Pacing = Pacing()

    @field_validator("leaves_out")
    @classmethod
    def _safe(cls, kinds: tuple[CueKind, ...]) -> tuple[CueKind, ...]:
        if "do_not_call" in kinds:
            raise ValueError("do_not_call is the law's, no level leaves it out")
        return kinds


class Limits(_Part):
    """When measures become cues (seconds; words a minute)."""

    monologue: Seconds = 40
    make_ask: Seconds = 20
    """The same number as `within` of the cue make_ask."""
    pace_wpm: Annotated[float, Field(strict=True, gt=100, le=400)] = 225
    pace_for: Seconds = 8
    listen: Seconds = 30
    """The same number as the budget of the beat listen."""


class Playbook(_Part):
    """One kind of follow-up call."""

    name: PlaybookName
    title: Line
    extends: str = ""
    """The playbook whose fields stand where this one says nothing."""
    kind: Literal["live", "voicemail"] = "live"
    trigger: Annotated[str, Field(max_length=200)] = ""
    window: Window | None = None
    slots: Mapping[SlotName, Line] = Field(default_factory=dict)
    """What goes into each named gap of a text."""
    reasons: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=300)], ...], Field(max_length=12)
    ] = ()
    script: Annotated[tuple[Line, ...], Field(max_length=12)] = ()
    """What a voicemail says."""
    next_step: NextStep | None = None
    level: LevelName = "balanced"
    levels: Mapping[LevelName, Level]
    beats: tuple[BeatPlan, ...] = ()
    cues: Mapping[CueKind, CuePlan]
    cards: Mapping[ObjectionKind, Card] = Field(default_factory=dict)
    vocabulary: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Products, competitors, places: names that the speech model may not know, spelt as they are to be written."""
    limits: Limits = Limits()
    version: str = ""
    """Hash of the text it was read from."""

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, given: Any) -> Any:
        return usual.filled(given) if isinstance(given, Mapping) else given

    @field_validator("beats")
    @classmethod
    def _in_order(cls, beats: tuple[BeatPlan, ...]) -> tuple[BeatPlan, ...]:
        if beats and tuple(beat.beat for beat in beats) != BEATS:
            raise ValueError(f"all five beats, in this order: {', '.join(BEATS)}; a voicemail has none")
        return beats

    @field_validator("vocabulary")
    @classmethod
    def _sayable(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if len(name.split()) > 3:
                raise ValueError(f"a name has at most three words, not: {name}")
        return names

    @property
    def budgets(self) -> dict[BeatName, float]:
        """Seconds planned for each beat."""
        return {beat.beat: beat.budget for beat in self.beats}

    def pacing_at(self, level: LevelName) -> Pacing:
        """Pacing at a level."""
        return self.levels[level].pacing

    def says(self, kind: CueKind) -> CuePlan:
        """How a cue reads here, and when it may come."""
        return self.cues[kind]

    def allows(self, kind: CueKind, level: str) -> bool:
        """Tell whether a level lets a kind through."""
        known = next((plan for name, plan in self.levels.items() if name == level), None)
        return known is None or kind not in known.leaves_out

    def plan(self, beat: BeatName) -> BeatPlan | None:
        """The plan of a beat; None where the call has none."""
        return next((plan for plan in self.beats if plan.beat == beat), None)
