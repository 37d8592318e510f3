"""The names that may be said in a call: of its people, their companies, and what the playbook lists."""

from __future__ import annotations

import re

from server.call.playbook import Playbook
from server.events import CallStarted
from server.records import Call

_FORMS = frozenset({
    "ag", "and", "bv", "co", "company", "corp", "corporation", "gmbh", "group", "holding", "holdings", "inc",
    "incorporated", "limited", "llc", "llp", "ltd", "of", "plc", "sa", "se", "srl", "the",
})  # fmt: skip
"""What is written of a company, but seldom said, and what is no name by itself."""

_MOST_WORDS = 3


def names_of(call: Call | CallStarted, playbook: Playbook) -> tuple[str, ...]:
    """Give each name once, spelt as somebody wrote it: what belongs to this call first."""
    said = [
        *_person(call.contact),
        *_company(call.contact_company),
        *_person(call.rep),
        *_company(call.company),
        *playbook.vocabulary,
    ]
    first: dict[str, str] = {}
    for name in said:
        first.setdefault(name.casefold(), name)
    return tuple(first.values())


def _person(text: str) -> list[str]:
    """Each part of a person's name, and the whole; of a sign-in address what stands before the @."""
    address = "@" in text
    parts = re.findall(r"[^\W\d_][\w'’-]*", text.partition("@")[0].replace(".", " ").replace("_", " "))
    parts = [part.title() if address else part for part in parts if len(part) > 2]
    return [*parts, " ".join(parts)] if 1 < len(parts) <= _MOST_WORDS else parts


def _company(text: str) -> list[str]:
    """A company as it is said: without its legal form; and its first word alone, as people shorten it."""
    parts = [part for part in re.findall(r"[\w&'’-]+", text) if part.casefold() not in _FORMS]
    whole = " ".join(parts[:_MOST_WORDS])
    return [name for name in (whole, *parts[:1]) if len(name) > 2]
