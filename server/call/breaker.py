"""When to stop asking somebody who does not answer. Loop times (seconds) come in as arguments."""

from __future__ import annotations


class Breaker:
    """Opens after so many failures in a row, for so long; then one more failure opens it again."""

    def __init__(self, most: int, rest: float) -> None:
        self._most, self._rest = most, rest
        self._failures = 0
        self._until = float("-inf")

    def rests(self, now: float) -> bool:
        """Tell whether nobody should be asked."""
        return now < self._until

    def good(self) -> None:
        """An answer came in time."""
        self._failures = 0

    def bad(self, now: float) -> bool:
        """No answer, or a slow one; True when this opens the breaker."""
        self._failures += 1
        if self._failures < self._most or self.rests(now):
            return False
        self._until = now + self._rest
        return True
