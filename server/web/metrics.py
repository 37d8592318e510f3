"""A call's figures at the doors: in the API, and as words on the record page. docs/metrics.md defines them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.call.fillers import Filler
from server.call.metrics import Metrics, Side, metrics_of
from server.events import BeatName
from server.web.look import percent
from server.web.sight import ask, seen_call, store_of

Seconds = Annotated[float, AfterValidator(lambda value: round(value, 3))]
Figure = Annotated[float, AfterValidator(lambda value: round(value, 2))]
Share = Annotated[float, AfterValidator(lambda value: round(value, 4))]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SideOut(_Out):
    """One side's figures; null where there was nothing to measure."""

    speech_s: Seconds
    longest_monologue_s: Seconds
    interruptions: list[Seconds] = Field(description="Where this side broke in on the other (media seconds).")
    patience_s: Seconds | None = Field(description="Median pause before this side answers.")
    pace_wpm: Figure | None = Field(description="Words a minute of speech.")
    questions: int


class FillerOut(_Out):
    """A filler word of the rep's."""

    text: str
    at: Seconds


class VisitOut(_Out):
    """A stay in a beat, planned against actual."""

    beat: BeatName
    start: Seconds
    end: Seconds
    budget: float = Field(description="Seconds planned: at most, but for `listen` at least.")
    rep_s: Seconds
    prospect_s: Seconds
    talk_share: Share | None
    target: float | None = Field(description="The share that the playbook plans.")


class SilenceOut(_Out):
    """The silence after an ask."""

    start: Seconds
    seconds: Seconds
    by: Literal["rep", "prospect", "nobody"]


class MetricsOut(_Out):
    """A call's figures (docs/metrics.md)."""

    duration: Seconds
    talk_share: Share | None
    air_share: Share | None
    overlap_s: Seconds
    rep: SideOut
    prospect: SideOut
    fillers: list[FillerOut]
    fillers_per_min: Figure | None = Field(description="A minute of the rep's speech.")
    beats: list[VisitOut] = Field(validation_alias="visits")
    silences: list[SilenceOut]


def targets_of(request: Request, playbook: str) -> dict[BeatName, float]:
    """The rep's shares (0 to 1) that a playbook plans for its beats; nothing for one that we no longer have."""
    known = request.app.state.playbooks.get(playbook)
    return {beat.beat: beat.talk for beat in known.beats} if known else {}


async def show_metrics(request: Request) -> Response:
    """Give the figures of a call, measured on its events as far as they go."""
    call = await seen_call(request)
    envelopes = await ask(store_of(request).events, call.id)
    events = [envelope.event for envelope in envelopes]
    measured = await ask(metrics_of, events, call.duration, targets_of(request, call.playbook))
    return JSONResponse(MetricsOut.model_validate(measured).model_dump(mode="json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure of both sides, in words."""

    name: str
    rep: str
    prospect: str
    rep_at: tuple[float, ...] = ()
    """Where in the call it happened (media seconds)."""
    prospect_at: tuple[float, ...] = ()


def rows_of(metrics: Metrics) -> list[Row]:
    """Word the figures of both sides."""
    rep, prospect = metrics.rep, metrics.prospect
    both = rep.speech_s + prospect.speech_s

    def row(name: str, word: Callable[[Side], str]) -> Row:
        return Row(name=name, rep=word(rep), prospect=word(prospect))

    return [
        row("Speech", lambda side: f"{side.speech_s:.0f} s"),
        row("Share of the talk", lambda side: percent(side.speech_s / both) if both else "–"),
        row("Longest monologue", lambda side: f"{side.longest_monologue_s:.0f} s"),
        Row(
            name="Interruptions",
            rep=str(len(rep.interruptions)),
            prospect=str(len(prospect.interruptions)),
            rep_at=rep.interruptions,
            prospect_at=prospect.interruptions,
        ),
        row("Patience", lambda side: _figure(side.patience_s, " s", 1)),
        row("Words a minute", lambda side: _figure(side.pace_wpm)),
        row("Questions", lambda side: str(side.questions)),
        Row(name="Fillers a minute", rep=_figure(metrics.fillers_per_min, places=1), prospect="–"),
    ]


def _figure(value: float | None, unit: str = "", places: int = 0) -> str:
    return "–" if value is None else f"{value:.{places}f}{unit}"


def tally_of(fillers: tuple[Filler, ...]) -> str:
    """Word which fillers were said, most frequent first: "um 3, you know 1"."""
    counts = Counter(filler.text for filler in fillers)
    return ", ".join(f"{text} {n}" for text, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
