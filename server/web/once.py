"""Sign-in links that work once and soon end: how `demo` lets its own user in without typing a password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.web.login import enter

LIFE = timedelta(minutes=15)


class Tickets:
    """One-time tickets by hash, in this process's memory only."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[int, datetime]] = {}

    def issue(self, user_id: int, now: datetime) -> str:
        """Make a ticket for a user."""
        ticket = secrets.token_urlsafe(24)
        self._open[_hash(ticket)] = (user_id, now + LIFE)
        return ticket

    def take(self, ticket: str, now: datetime) -> int | None:
        """Trade a ticket for its user's id; None when it is unknown, used or too old."""
        user_id, end = self._open.pop(_hash(ticket), (0, now))
        return user_id if now < end else None


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


async def sign_in_once(request: Request) -> Response:
    """Start a session for the ticket's user and go to the desk."""
    tickets: Tickets = request.app.state.tickets
    user_id = tickets.take(request.path_params["ticket"], request.app.state.clock())
    if user_id is None:
        return RedirectResponse("/login", status_code=303)
    return await enter(request, user_id, "/desk")


routes: list[BaseRoute] = [Route("/login/once/{ticket}", sign_in_once)]
