"""How the server is, for machines that watch it."""

from __future__ import annotations

import anyio
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.errors import Unreachable
from server.web.auth import require
from server.web.sight import ask, store_of


async def healthz(request: Request) -> Response:
    """Answer as long as the process lives."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """Say whether calls can be taken: the store answers."""
    ready = False
    try:
        with anyio.move_on_after(2):
            await ask(store_of(request).live_calls)
            ready = True
    except Unreachable:
        ready = False
    # A call that comes while the engine is behind is still recorded, and written down after it ends.
    admits = bool(request.app.state.scheduler.admits)
    return JSONResponse(
        {"ready": ready, "store": ready, "live_captions": admits}, status_code=200 if ready else 503
    )


async def metrics(request: Request) -> Response:
    """Give figures in Prometheus' text format, to those who have a token."""
    await require(request, "manager")
    state = request.app.state
    registry = CollectorRegistry()
    figures = {
        ("beatline_live_calls", "Calls that go on now."): float(state.live.count),
        ("beatline_speech_wait_seconds", "Moving average of the speech queue's wait."): state.scheduler.wait,
        ("beatline_speech_load_level", "Step of the overload ladder, 0 is none."): float(
            state.scheduler.level
        ),
    }
    for (name, about), value in figures.items():
        Gauge(name, about, registry=registry).set(value)
    if advice := state.live.advice:
        told = "Suggestions by a language model, by what became of them."
        counter = Counter("beatline_suggestions", told, ["outcome"], registry=registry)
        for outcome, count in advice.outcomes.items():
            counter.labels(outcome).inc(count)
        rests = "Whether no suggestions are asked for, because there was no answer."
        Gauge("beatline_suggestions_resting", rests, registry=registry).set(advice.rests)
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")


routes: list[BaseRoute] = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
]
