"""How pages are made: the templates, their words for numbers and times, and the static files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.call.fates import Trace

HERE = Path(__file__).parent

NO_BREAK = "\N{NO-BREAK SPACE}"


class Files(StaticFiles):
    """Our own scripts and styles; browsers ask each time whether they changed (the answer is a bare 304)."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Add the word that makes browsers ask."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve a file; the type is right whatever the system's own table says."""
        answer = await super().get_response(path, scope)
        if path.endswith(".js"):
            answer.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return answer


def clock(seconds: float) -> str:
    """Media seconds as people read them: 1:05, 12:40."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def percent(share: float) -> str:
    """A share of one, in whole percent."""
    return f"{round(share * 100)} %"


def along(seconds: float, whole: float) -> str:
    """A place on a drawing of `whole` seconds, as SVG wants it: "12.34%"."""
    return f"{100 * min(max(seconds / whole, 0.0), 1.0):.2f}%" if whole > 0 else "0%"


def when(at: datetime | None) -> str:
    """A moment that a script may turn into the reader's own zone; UTC without one."""
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else ""


def day(text: str) -> str:
    """An ISO date as people say it: "Thu 26 November 2026"; anything else as it is."""
    try:
        at = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{at:%a} {at.day} {at:%B %Y}"


def name_of(word: str) -> str:
    """An identifier as a phrase: `no_answer` is "No answer"."""
    return word.replace("_", " ").replace("-", " ").capitalize()


OUTCOMES = {
    "connect": "Connected",
    "voicemail": "Voicemail",
    "no_answer": "No answer",
    "wrong_number": "Wrong number",
    "dnc": "Do not call",
}
"""Outcomes as people say them, in the order of the keys 1 to 5."""


def trace_line(trace: Trace) -> str:
    """A cue's latency trace in a line: "sound 31.2 s · heard +0.6 · rule +0.0 · page +0.1"."""
    page = "–" if trace.page_s is None else f"+{trace.page_s:.1f}"
    steps = (
        f"sound {trace.sound:.1f} s",
        f"heard +{trace.heard_s:.1f}",
        f"rule +{trace.rule_s:.1f}",
        f"page {page}",
    )
    return " · ".join(step.replace(" ", NO_BREAK) for step in steps)


def outcome_of(code: str) -> str:
    """An outcome as people say it; one that we do not know, as a phrase."""
    return OUTCOMES.get(code) or name_of(code)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = {"clock": clock, "percent": percent, "when": when, "phrase": name_of, "day": day}
    made.filters.update(words, along=along, outcome=outcome_of, trace=trace_line)
    return made


ENVIRONMENT = _environment()


def page(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """Fill a template. `person` is whoever `require` let in, or None."""
    person = getattr(request.state, "caller", None)
    text = ENVIRONMENT.get_template(name).render(person=person, path=request.url.path, **values)
    return HTMLResponse(text, status_code=status)


routes = [Mount("/static", Files(directory=HERE / "static"), name="static")]
