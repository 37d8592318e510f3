"""Alembic's entry: the connection comes from `Database.migrate`, which owns the transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from server.outside.store.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
