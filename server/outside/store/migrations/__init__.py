"""Alembic's scripts; `Store.migrate()` runs them."""
