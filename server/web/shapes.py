"""What crosses the HTTP API, as pydantic models; `openapi.py` publishes them."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from server.events import CueKind
from server.records import Call

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\r\n\x00]*$")]
"""One line of text, as people type a name."""

CUE_KINDS: tuple[CueKind, ...] = get_args(CueKind)
MUTABLE: tuple[CueKind, ...] = tuple(kind for kind in CUE_KINDS if kind != "do_not_call")
"""A request not to be called again is shown whatever a rep has muted."""

Outcome = Literal["connect", "voicemail", "no_answer", "wrong_number", "dnc"]
Sentiment = Literal["positive", "neutral", "negative"]


def _zone(name: str) -> str:
    if not name:
        return name
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise ValueError(f"{name!r} is no time zone: use an IANA name such as America/New_York") from problem
    return name


def _day(text: str) -> str:
    if text:
        try:
            Date.fromisoformat(text)
        except ValueError as problem:
            raise ValueError(f"{text!r} is no date: write YYYY-MM-DD") from problem
    return text


Zone = Annotated[Line, AfterValidator(_zone)]
Day = Annotated[Line, AfterValidator(_day)]


class Body(BaseModel):
    """Something sent to us: unknown fields are refused, so that a typing error is not lost."""

    model_config = ConfigDict(extra="forbid")


class NewCall(Body):
    """A call that is about to be streamed."""

    playbook: Line = Field(description="Id of a playbook, for example `post-demo`.")
    contact: Line = Field("", description="Who is called (or calls).")
    contact_company: Line = ""
    rep: Line = Field("", description="E-mail or name of the rep; the caller's own when left out.")
    company: Line = Field("", description="The rep's company.")
    direction: Literal["outbound", "inbound"] = "outbound"
    date: Day = Field("", description="Wall date in the contact's zone; today when left out.")
    tz: Zone = Field("", description="The contact's time zone (IANA name).")
    rep_track: Literal["inbound", "outbound"] = Field(
        "inbound", description="Which of the carrier's two tracks is the rep."
    )


class StreamParameters(BaseModel):
    """What the carrier must send with the start of the stream."""

    call_id: str
    rep_track: Literal["inbound", "outbound"]
    token: str = Field(description="Good for one stream, for a short time.")


class Stream(BaseModel):
    """Where the sound goes."""

    url: str
    parameters: StreamParameters


class Made(BaseModel):
    """A call that waits for its sound."""

    id: str
    stream: Stream


class CallRow(BaseModel):
    """One call."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    state: Literal["waiting", "live", "ended"]
    playbook: str
    playbook_version: str
    direction: Literal["outbound", "inbound"]
    rep: str
    company: str
    contact: str
    contact_company: str
    date: str
    tz: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    duration: float = Field(description="Media seconds heard.")
    outcome: str = Field(description="What the rep confirmed; empty before the wrap-up.")
    sentiment: str
    note: str
    recording: str | None = Field(None, description="Path of the recording, when there is one.")

    @classmethod
    def of(cls, call: Call) -> CallRow:
        """Make the public form of a call."""
        row = cls.model_validate(call)
        row.recording = f"/api/v1/calls/{call.id}/recording" if call.recording else None
        return row


class CallList(BaseModel):
    """A page of calls, newest first."""

    calls: list[CallRow]
    next: str | None = Field(description="Pass as `before` for the next page; null on the last one.")


class PlannedBeat(BaseModel):
    """A beat of the call's playbook."""

    beat: str
    title: str
    budget: float = Field(description="Seconds.")


class Current(BaseModel):
    """The call that goes on now, if there is one."""

    call: CallRow | None
    beats: list[PlannedBeat]
    own: bool = Field(False, description="The caller's desk is the rep's: it says when a cue was shown.")


class NextStepBody(Body):
    """What was agreed to happen next; date and time are the contact's."""

    kind: Literal["meeting", "call", "email", "none"] = "none"
    date: Day | None = None
    time: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    with_: Line | None = Field(None, alias="with")


class SentenceOut(BaseModel):
    """A sentence of a summary with the spans of the call that prove it."""

    text: str
    evidence: list[EvidenceOut]


class EvidenceOut(BaseModel):
    """Whose words, from when to when (media seconds)."""

    track: Literal["rep", "prospect"]
    start: float
    end: float
    text: str


class NextStepOut(BaseModel):
    """What was agreed to happen next."""

    kind: Literal["meeting", "call", "email", "none"]
    date: str | None
    time: str | None
    with_: str | None = Field(None, serialization_alias="with")
    evidence: EvidenceOut | None


class SummaryOut(BaseModel):
    """What a careful person would log."""

    outcome: Outcome
    sentiment: Sentiment
    meeting: bool
    next_step: NextStepOut
    facts: list[EvidenceOut]
    sentences: list[SentenceOut]
    author: str


class CallDetail(CallRow):
    """One call with what was made of it."""

    summary: SummaryOut | None = None


class WrapUp(Body):
    """What the rep confirms after the call."""

    outcome: Outcome
    sentiment: Sentiment = "neutral"
    next_step: NextStepBody = Field(default_factory=lambda: NextStepBody())
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""


class OrderBody(Body):
    """What the rep presses during the call."""

    action: Literal["see_cue", "dismiss_cue", "mark_wrong", "mute_kind", "unmute_kind", "flag"]
    target: Line = Field("", description="Kind of the cue meant, or a note.")

    @model_validator(mode="after")
    def _meant(self) -> Self:
        if self.action in ("see_cue", "mark_wrong", "mute_kind") and self.target not in CUE_KINDS:
            raise ValueError(f"`target` names the kind of a cue: {', '.join(CUE_KINDS)}")
        if self.action == "mute_kind" and self.target not in MUTABLE:
            raise ValueError(f"{self.target} cannot be muted: somebody asked not to be called again")
        return self


class FieldProblem(BaseModel):
    """A field that is wrong."""

    field: str
    message: str
    line: int | None = Field(None, description="Of a text that has lines.")


class ProblemOut(BaseModel):
    """RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None
