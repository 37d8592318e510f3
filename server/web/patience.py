"""How often somebody may try a password: a rule without a clock."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

FREE = 5
"""Wrong passwords before the first wait, for one e-mail from one address."""

FREE_WIDE = 30
"""The same for an e-mail from anywhere, and for an address with any e-mail: an office shares one."""

FIRST_WAIT = timedelta(seconds=15)
"""It doubles with every further wrong password."""

LONGEST_WAIT = timedelta(minutes=15)

FORGOTTEN = timedelta(hours=1)
"""After so long without a wrong password a name starts afresh."""

REMEMBERED = 10_000
"""Names kept at most, so that guessing with ever new names costs no memory."""


class Patience:
    """Counts wrong passwords by name (an e-mail, an address) and says how long each must wait."""

    def __init__(self, free: int = FREE) -> None:
        self._free = free
        self._wrong: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def wait(self, name: str, now: datetime) -> timedelta:
        """How long until `name` may try again; zero when it may now."""
        count, last = self._wrong.get(name, (0, now))
        if count < self._free or now - last >= FORGOTTEN:
            return timedelta(0)
        doublings = min(count - self._free, 10)
        pause = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
        return max(last + pause - now, timedelta(0))

    def wrong(self, name: str, now: datetime) -> None:
        """Count a wrong password."""
        count, last = self._wrong.pop(name, (0, now))
        if now - last >= FORGOTTEN:
            count = 0
        self._wrong[name] = (count + 1, now)
        while len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)

    def right(self, name: str) -> None:
        """Forget the wrong ones."""
        self._wrong.pop(name, None)


class Door:
    """The three counts that a sign-in passes: one e-mail from one address, the e-mail, the address."""

    def __init__(self) -> None:
        self._pairs, self._emails, self._addresses = Patience(), Patience(FREE_WIDE), Patience(FREE_WIDE)

    def _counts(self, email: str, address: str) -> tuple[tuple[Patience, str], ...]:
        return (self._pairs, f"{address} {email}"), (self._emails, email), (self._addresses, address)

    def wait(self, email: str, address: str, now: datetime) -> timedelta:
        """How long until this e-mail may be tried from this address."""
        return max(count.wait(name, now) for count, name in self._counts(email, address))

    def knock(self, email: str, address: str, now: datetime) -> None:
        """Count a try as wrong before it is checked, so that many at once gain nothing."""
        for count, name in self._counts(email, address):
            count.wrong(name, now)

    def enter(self, email: str, address: str) -> None:
        """Forgive what was counted: the password was right."""
        for count, name in self._counts(email, address):
            count.right(name)
