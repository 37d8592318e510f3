"""All of these doors together, for the app: routes, error answers, and the guard around it."""

from __future__ import annotations

from starlette.routing import BaseRoute

from server.web import admin, api, calls, cues, desk, login, look
from server.web.guard import Guard
from server.web.problems import exception_handlers

routes: list[BaseRoute] = [
    *look.routes,
    *login.routes,
    *desk.routes,
    *calls.routes,
    *cues.routes,
    *admin.routes,
    *api.routes,
]

__all__ = ["Guard", "exception_handlers", "routes"]
