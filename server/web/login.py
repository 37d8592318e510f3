"""The sign-in page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.outside.store import Store
from server.web.auth import COOKIE, caller_of, password_fits
from server.web.body import form_of
from server.web.look import page
from server.web.patience import Door
from server.web.problems import NotSignedIn

MONTH = 30 * 24 * 3600
"""Life of the cookie (seconds); the session on the server may end earlier."""


def local(path: str) -> str:
    """Where to go after signing in: a path of ours, whatever was asked for."""
    return path if re.fullmatch(r"/(?![/\\])[^\s\\\x00-\x1f]*", path) else "/desk"


def _door(request: Request) -> Door:
    state = request.app.state
    if not hasattr(state, "door"):
        state.door = Door()
    door: Door = state.door
    return door


def _form(request: Request, values: Mapping[str, str], message: str = "", status: int = 200) -> Response:
    shown = {"email": values.get("email", ""), "next": local(values.get("next", "")), "message": message}
    return page(request, "login.html", shown, status)


async def home(request: Request) -> Response:
    """Send people to their desk; those who are not signed in meet the sign-in page there."""
    return RedirectResponse("/desk", status_code=303)


async def show(request: Request) -> Response:
    """Show the form, or go on for those who are signed in."""
    try:
        known = await caller_of(request)
    except NotSignedIn:
        known = None
    if known is not None:
        return RedirectResponse(local(request.query_params.get("next", "")), status_code=303)
    return _form(request, request.query_params)


async def sign_in(request: Request) -> Response:
    """Check e-mail and password; start a session."""
    form = await form_of(request)
    email = form.get("email", "").strip().lower()[:254]
    address = request.client.host if request.client else ""
    door, now = _door(request), request.app.state.clock()
    wait = door.wait(email, address, now)
    if wait:
        seconds = math.ceil(wait.total_seconds())
        answer = _form(request, form, f"Too many wrong passwords. Try again in {seconds} seconds.", 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    door.knock(email, address, now)
    store: Store = request.app.state.store
    user = await anyio.to_thread.run_sync(store.user_by_email, email)
    if not await password_fits(user, form.get("password", "")[:1024]) or user is None:
        return _form(request, form, "E-mail or password is wrong.", 401)
    door.enter(email, address)
    return await enter(request, user.id, local(form.get("next", "")))


async def enter(request: Request, user_id: int, path: str) -> Response:
    """Start a session and send the person on to one of our paths."""
    state = request.app.state
    token = await anyio.to_thread.run_sync(state.store.new_session, user_id, state.clock())
    moved = RedirectResponse(path, status_code=303)
    moved.set_cookie(COOKIE, token, max_age=MONTH, httponly=True, samesite="lax", secure=_secure(request))
    return moved


async def sign_out(request: Request) -> Response:
    """End the session here and on the server."""
    store: Store = request.app.state.store
    token = request.cookies.get(COOKIE)
    if token:
        await anyio.to_thread.run_sync(store.end_session, token)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=_secure(request))
    return answer


def _secure(request: Request) -> bool:
    public = request.app.state.settings.public_url or ""
    return urlsplit(public).scheme == "https" or request.url.scheme == "https"


routes = [
    Route("/", home),
    Route("/login", show, methods=["GET"]),
    Route("/login", sign_in, methods=["POST"]),
    Route("/logout", sign_out, methods=["POST"]),
]
