"""Adding people from the command line."""

from __future__ import annotations

from typing import get_args

from server.app import wall_clock
from server.errors import Misconfigured
from server.outside.store import Store
from server.records import Role, User
from server.settings import load_settings
from server.web.auth import hash_password

SHORTEST = 12
"""Characters of a password (NIST SP 800-63B asks for 8 at least, 15 where it is the only factor)."""


def add_person(email: str, name: str, role: str, password: str) -> None:
    """Add a user to the configured store.

    Raises:
        Misconfigured: the e-mail is none or is taken, or the password is too short.
    """
    found: Role = next(known for known in get_args(Role) if known == role)
    if "@" not in email:
        raise Misconfigured(f"{email!r} is no e-mail address")
    if len(password) < SHORTEST:
        raise Misconfigured(f"the password is too short: use {SHORTEST} characters or more")
    settings = load_settings()
    settings.make_data_dir()
    store = Store(settings.database_url)
    store.migrate()
    email = email.strip().lower()
    if store.user_by_email(email):
        raise Misconfigured(f"{email} can sign in already")
    store.add_user(
        User(email=email, name=name, role=found, password_hash=hash_password(password)), wall_clock()
    )
    store.close()
