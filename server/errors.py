"""What can go wrong, told apart by whose fault it is.

    BeatlineError
    ├── Refused         the caller is wrong or may not: bad signature, missing token, wrong role
    ├── Malformed       a carrier, CRM, model or file holds what its documents do not allow
    ├── Unreachable     no answer; the outbox tries again
    ├── Rejected        answered "no"; the outbox gives up and shows it
    └── Misconfigured   our own settings; refuse to start and say what to set

Each message is one line that says what to do. Anything else that escapes is a bug.
"""

from __future__ import annotations


class BeatlineError(Exception):
    """Base of all errors that Beatline raises on purpose."""


class Refused(BeatlineError):
    """The caller may not do this, or showed no proof that they may."""


class Malformed(BeatlineError):
    """Input breaks its own contract."""


class Unreachable(BeatlineError):
    """An outside system did not answer."""


class Rejected(BeatlineError):
    """An outside system answered no; asking again will not help."""


class Misconfigured(BeatlineError):
    """A setting is missing or wrong."""
