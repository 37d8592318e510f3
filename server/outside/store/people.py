"""People who sign in, their sessions, and tokens of machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, and_, delete, insert, select

from server.outside.store import tables as t
from server.outside.store.database import Database, hashed, new_token
from server.records import Role, User

SESSION_LIFE = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A machine that may ask."""

    name: str
    role: Role


def _user(row: Row[Any]) -> User:
    return User(id=row.id, email=row.email, name=row.name, role=row.role, password_hash=row.password_hash)


class People:
    """Users, sessions, API tokens. Tokens are kept as hashes only."""

    _db: Database

    def users(self) -> list[User]:
        """List everybody who can sign in."""
        with self._db.reading() as conn:
            return [_user(row) for row in conn.execute(select(t.users).order_by(t.users.c.id))]

    def add_user(self, user: User, now: datetime) -> User:
        """Keep a new user; give it back with its id."""
        values = {
            "email": user.email.lower(), "name": user.name, "role": user.role,
            "password_hash": user.password_hash, "created_at": now,
        }  # fmt: skip
        with self._db.writing() as conn:
            return _user(conn.execute(insert(t.users).values(**values).returning(t.users)).one())

    def user_by_email(self, email: str) -> User | None:
        """Find a user by e-mail."""
        with self._db.reading() as conn:
            row = conn.execute(select(t.users).where(t.users.c.email == email.lower())).first()
        return _user(row) if row else None

    def new_session(self, user_id: int, now: datetime) -> str:
        """Start a session; its token is the cookie's value. Old sessions are swept out."""
        token, c = new_token(), t.sessions.c
        values = {
            "token_hash": hashed(token),
            "user_id": user_id,
            "created_at": now,
            "expires_at": now + SESSION_LIFE,
        }
        with self._db.writing() as conn:
            conn.execute(delete(t.sessions).where(c.expires_at <= now))
            conn.execute(insert(t.sessions).values(**values))
        return token

    def session_user(self, token: str, now: datetime) -> User | None:
        """Find who a session's token belongs to, while it lasts."""
        c = t.sessions.c
        mine = and_(c.token_hash == hashed(token), c.expires_at > now)
        with self._db.reading() as conn:
            row = conn.execute(
                select(t.users).join(t.sessions, c.user_id == t.users.c.id).where(mine)
            ).first()
        return _user(row) if row else None

    def end_session(self, token: str) -> None:
        """End a session."""
        with self._db.writing() as conn:
            conn.execute(delete(t.sessions).where(t.sessions.c.token_hash == hashed(token)))

    def new_api_token(self, name: str, role: Role, now: datetime) -> str:
        """Make a token for a machine."""
        token = new_token()
        with self._db.writing() as conn:
            conn.execute(
                insert(t.api_tokens).values(token_hash=hashed(token), name=name, role=role, created_at=now)
            )
        return token

    def api_token(self, token: str) -> ApiToken | None:
        """Find the machine that a token belongs to."""
        with self._db.reading() as conn:
            row = conn.execute(select(t.api_tokens).where(t.api_tokens.c.token_hash == hashed(token))).first()
        return ApiToken(name=row.name, role=cast(Role, row.role)) if row else None
