"""What a machine that watches the server can read of its suggestions."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

from starlette.routing import Router

from server.web.health import routes


def test_metrics_count_suggestions_by_what_became_of_them(world: Any) -> None:
    world.app.mount("/", Router(routes))
    advice = SimpleNamespace(outcomes=Counter(shown=3, late=1), rests=True)
    world.app.state.live = SimpleNamespace(count=1, advice=advice)
    world.app.state.scheduler = SimpleNamespace(wait=0.0, level=0)
    told = world.machine().get("/metrics").text
    assert 'beatline_suggestions_total{outcome="shown"} 3.0' in told
    assert 'beatline_suggestions_total{outcome="late"} 1.0' in told
    assert "beatline_suggestions_resting 1.0" in told


def test_without_a_key_there_is_nothing_to_count(world: Any) -> None:
    world.app.mount("/", Router(routes))
    world.app.state.live = SimpleNamespace(count=0, advice=None)
    world.app.state.scheduler = SimpleNamespace(wait=0.0, level=0)
    assert "suggestions" not in world.machine().get("/metrics").text
