"""Who is asking, and may they? A missing proof never means yes, on loopback neither."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import anyio
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from starlette.requests import HTTPConnection

from server.errors import Refused
from server.outside.store import Store
from server.records import Call, Role, User
from server.web.problems import NotSignedIn

COOKIE = "beatline_session"

RANK: dict[Role, int] = {"rep": 0, "manager": 1, "admin": 2}

_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, section 4, second choice

_STRANGER = (
    "$argon2id$v=19$m=65536,t=3,p=4$tm1lnpwRw7VBAjclAVa3wg$lynji908HzxvQtQd4T9ekSOGmRboONSQj8C1QpxMvOI"
)
"""Hash of no known password: an unknown e-mail costs the same time as a wrong password."""

_kitchen = anyio.CapacityLimiter(2)
"""Password checks at one time; each takes 64 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever makes a request: a person who signed in, or a machine with a token."""

    name: str
    email: str = ""
    role: Role
    kind: Literal["person", "machine"]

    def may(self, role: Role) -> bool:
        """Tell whether this caller has the role or a higher one."""
        return RANK[self.role] >= RANK[role]

    def answers_to(self, rep: str) -> bool:
        """Tell whether a call's rep is this person, by e-mail or by name."""
        names = {self.email.casefold(), self.name.casefold()} - {""}
        return rep.casefold() in names

    def sees(self, call: Call) -> bool:
        """Reps see their own calls, managers all."""
        return self.may("manager") or self.answers_to(call.rep)


def hash_password(password: str) -> str:
    """Hash a password for keeping (argon2id); takes a few hundredths of a second of a core."""
    return _hasher.hash(password)


async def password_fits(user: User | None, password: str) -> bool:
    """Check a password in a thread; as slow for strangers as for users."""
    return await anyio.to_thread.run_sync(_fits, user, password, limiter=_kitchen)


def _fits(user: User | None, password: str) -> bool:
    kept = user.password_hash if user and user.password_hash else _STRANGER
    try:
        _hasher.verify(kept, password)
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not _STRANGER


async def caller_of(request: HTTPConnection) -> Caller | None:
    """Find who asks: a bearer token if one is shown (and only that), else the session cookie.

    Raises:
        NotSignedIn: a bearer token is shown that we do not know.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        caller = await _machine(request, token.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            raise NotSignedIn("This token is not known; BEATLINE_API_TOKEN sets the first one.")
        return caller
    cookie = request.cookies.get(COOKIE, "")
    return await _person(request, cookie) if cookie else None


async def _machine(request: HTTPConnection, token: str) -> Caller | None:
    kept = request.app.state.settings.api_token
    first = kept.get_secret_value() if kept is not None else ""
    if first and hmac.compare_digest(first.encode(), token.encode()):
        return Caller(name="BEATLINE_API_TOKEN", role="manager", kind="machine")
    store: Store = request.app.state.store
    found = await anyio.to_thread.run_sync(store.api_token, token)
    return Caller(name=found.name, role=found.role, kind="machine") if found else None


async def _person(request: HTTPConnection, cookie: str) -> Caller | None:
    store: Store = request.app.state.store
    user = await anyio.to_thread.run_sync(store.session_user, cookie, request.app.state.clock())
    if user is None:
        return None
    return Caller(name=user.name or user.email, email=user.email, role=user.role, kind="person")


async def require(request: HTTPConnection, role: Role = "rep") -> Caller:
    """Let pass who has the role, and remember them in `request.state.caller`.

    Raises:
        NotSignedIn: nobody is signed in and no token was shown.
        Refused: their role is too low.
    """
    caller = await caller_of(request)
    if caller is None:
        raise NotSignedIn("Sign in, or send an API token as `Authorization: Bearer …`.")
    if not caller.may(role):
        raise Refused(f"This needs the role {role}; {caller.name} is {caller.role}. Ask an admin.")
    request.state.caller = caller
    return caller


def first_admin(store: Store, now: datetime, email: str = "admin@localhost") -> str | None:
    """Make one admin if there is nobody yet; give the password, which is shown once and kept nowhere."""
    if store.users():
        return None
    password = secrets.token_urlsafe(12)
    store.add_user(User(email=email, name="Admin", role="admin", password_hash=hash_password(password)), now)
    return password
