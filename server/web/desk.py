"""The rep's page. It is empty when served; the call comes to it as events."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.web.auth import require
from server.web.look import OUTCOMES, page
from server.web.plan import USUAL, laid_out


async def desk(request: Request) -> Response:
    """Show the desk."""
    await require(request)
    plan = [asdict(beat) for beat in laid_out(USUAL)]
    return page(request, "desk.html", {"outcomes": OUTCOMES.items(), "plan": plan})


routes: list[BaseRoute] = [Route("/desk", desk)]
