"""The tables. What they hold is said in `server/records.py` and `server/events.py`; here is how.

Times are whole microseconds since 1970 (UTC): both SQLite and PostgreSQL keep and compare them exactly.
Anything that is read back as a value and never searched (an event, a payload) is JSON text.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A row number; only a plain INTEGER counts by itself in SQLite."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds since 1970 (UTC)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times, which mean something else on every machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored time needs a zone: {value!r}")
        return (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the time back in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _words(name: str) -> Column[str]:
    return Column(name, String, nullable=False, server_default="")


def _call(*, primary_key: bool = False) -> Column[str]:
    target = ForeignKey("calls.id", ondelete="CASCADE")
    return Column("call_id", String, target, nullable=False, primary_key=primary_key)


calls = Table(
    "calls",
    metadata,
    Column("id", String, primary_key=True),
    _words("playbook"),
    _words("playbook_version"),
    _words("direction"),
    _words("rep"),
    _words("company"),
    _words("contact"),
    _words("contact_company"),
    _words("date"),
    _words("tz"),
    _words("rep_track"),
    _words("carrier"),
    _words("carrier_call_id"),
    _words("state"),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    _words("end_reason"),
    Column("duration", Float, nullable=False, server_default="0"),
    _words("recording"),
    _words("outcome"),
    _words("sentiment"),
    _words("note"),
    Index(None, "created_at", "id"),
    Index(None, "state"),
)

tracks = Table(
    "tracks",
    metadata,
    _call(primary_key=True),
    Column("track", String, primary_key=True),
    Column("channel", Integer, nullable=False),
    _words("carrier_track"),
    Column("turns", Integer, nullable=False, server_default="0"),
    Column("words", Integer, nullable=False, server_default="0"),
)

events = Table(
    "events",
    metadata,
    _call(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("type", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("body", Text, nullable=False),
)

words = Table(
    "words",
    metadata,
    _call(primary_key=True),
    Column("track", String, primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("text", String, nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("p", Float, nullable=False),
)

cues = Table(
    "cues",
    metadata,
    _call(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("since", Float, nullable=False),
    Column("heard", Float),
    _words("why"),
)
"""One row for everything that happened to a cue: the phases of its events, and `seen`, `wrong`, `muted` by orders."""

cue_marks = Table(
    "cue_marks",
    metadata,
    _call(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("by", String, primary_key=True),
    Column("marked_at", Moment, nullable=False),
)

muted_kinds = Table(
    "muted_kinds",
    metadata,
    Column(
        "user_id", Serial, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("kind", String, primary_key=True),
    Column("muted_at", Moment, nullable=False),
)

summaries = Table(
    "summaries",
    metadata,
    Column("id", Serial, primary_key=True),
    _call(),
    Column("author", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    UniqueConstraint("call_id", "author"),
)

call_figures = Table(
    "call_figures",
    metadata,
    _call(primary_key=True),
    Column("body", Text, nullable=False),
)

wrapups = Table(
    "wrapups",
    metadata,
    _call(primary_key=True),
    Column("outcome", String, nullable=False),
    _words("sentiment"),
    Column("next_step", Text, nullable=False),
    _words("note"),
    _words("by"),
    Column("saved_at", Moment, nullable=False),
)

syncs = Table(
    "syncs",
    metadata,
    Column("id", Serial, primary_key=True),
    _call(),
    Column("crm", String, nullable=False),
    Column("key", String, nullable=False),
    Column("crm_id", String, nullable=False),
    Column("synced_at", Moment, nullable=False),
    UniqueConstraint("crm", "key"),
    Index(None, "call_id"),
)

chores = Table(
    "chores",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("kind", String, nullable=False),
    Column("about", String, nullable=False),
    Column("key", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("state", String, nullable=False),
    _words("lease"),
    Column("lease_until", Moment),
    Column("error", Text, nullable=False, server_default=""),
    UniqueConstraint("key"),
    Index(None, "state", "due_at"),
    Index(None, "about", "state"),
)

users = Table(
    "users",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("email", String, nullable=False),
    _words("name"),
    _words("role"),
    _words("password_hash"),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("email"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("user_id", Serial, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "user_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("token_hash", String, nullable=False),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("token_hash"),
)

stream_tokens = Table(
    "stream_tokens",
    metadata,
    Column("token_hash", String, primary_key=True),
    _call(),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("taken_at", Moment),
    Index(None, "call_id"),
)

playbooks = Table(
    "playbooks",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", String, nullable=False),
    Column("version", String, nullable=False),
    _words("base"),
    Column("text", Text, nullable=False),
    _words("author"),
    Column("saved_at", Moment, nullable=False),
    _words("note"),
    Column("active", Boolean, nullable=False),
    Index(None, "name", "version"),
    # Two people who save at one time cannot both be the one that runs.
    Index(
        "ix_playbooks_active", "name", unique=True,
        sqlite_where=text("active"), postgresql_where=text("active"),
    ),
)  # fmt: skip

PLAYBOOKS_LOCK = 4_217
"""Key of PostgreSQL's advisory lock around a change of what runs; any number that nothing else here uses."""
