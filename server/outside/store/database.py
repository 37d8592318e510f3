"""The engine and its two kinds of transaction; nothing else opens a connection.

SQLite recipe (measured: SELECT then UPDATE in the driver's own transactions ran 400 jobs 866 times, while
BEGIN IMMEDIATE or one UPDATE … RETURNING ran each once): we say BEGIN ourselves, a writer says IMMEDIATE, so
that `busy_timeout` applies and a read is never upgraded under way. WAL lets readers go on beside the writer;
`synchronous=FULL` keeps the last commits through a power cut.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, QueuePool, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from server.errors import Misconfigured, Unreachable

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_MS = 10_000
"""How long a writer waits for another one (ms)."""


class Database:
    """An engine with short transactions: `reading()` and `writing()`."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; nothing may be changed in it."""
        with _answered(), self.engine.begin() as conn:
            yield conn

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that commits whole or not at all."""
        with _answered(), self._writer.begin() as conn:
            yield conn

    def migrate(self) -> None:
        """Bring the tables to this version; safe to repeat, and safe for two processes at once."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self.writing() as conn:
            config.attributes["connection"] = conn
            command.upgrade(config, "head")

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except OperationalError as problem:
        raise Unreachable(f"the database does not answer: {problem.orig}") from problem


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
    except ArgumentError as problem:
        raise Misconfigured("BEATLINE_DATABASE_URL is not a database URL: set sqlite:///FILE") from problem
    if address.get_backend_name() != "sqlite":
        try:
            return create_engine(address, pool_pre_ping=True)
        except (NoSuchModuleError, ModuleNotFoundError) as problem:
            raise Misconfigured(
                f"BEATLINE_DATABASE_URL names {address.drivername!r}, whose driver is not installed: "
                "install it into .venv, or set sqlite:///FILE"
            ) from problem
    in_memory = address.database in (None, "", ":memory:")
    if not in_memory and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    # A database in memory lives in its connection: keep exactly one, for which threads wait.
    size: dict[str, Any] = {"pool_size": 1, "max_overflow": 0} if in_memory else {"pool_size": 8}
    engine = create_engine(address, poolclass=QueuePool, connect_args={"check_same_thread": False}, **size)
    event.listen(engine, "connect", _connect)
    event.listen(engine, "begin", _begin)
    return engine


def _connect(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(conn: Connection) -> None:
    writes = conn.get_execution_options().get("writes")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, leaving out those whose unique key is there already."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    for row in rows:
        conn.execute(insert(table).values(**row).on_conflict_do_nothing())


def new_token() -> str:
    """A secret of 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is stored of a token. One round is enough: a token has 256 random bits, a password has not."""
    return hashlib.sha256(token.encode()).hexdigest()
