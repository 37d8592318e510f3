"""What the suggestions of one call came to, and what they may cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from server.events import Suggestion


@dataclass(eq=False)
class Suggested:
    """What became of a call's suggestions."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """`shown`, or why not."""
    newest: str = ""
    """The newest outcome."""
    asked: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    micros: int = 0

    def count(self, event: Suggestion, outcome: str) -> None:
        """Count what became of one."""
        self.newest = outcome
        self.outcomes[outcome] += 1
        self.asked += event.asked_at is not None
        self.tokens_in += event.tokens_in
        self.tokens_out += event.tokens_out
        self.micros += event.micros

    @property
    def figures(self) -> dict[str, float]:
        """The figures for the call's record (docs/metrics.md); none when there was nothing to ask."""
        if not self.outcomes:
            return {}
        made: dict[str, float] = {"suggestions_asked": self.asked}
        made |= {f"suggestions_{outcome}": count for outcome, count in sorted(self.outcomes.items())}
        made |= {"suggestion_tokens_in": self.tokens_in, "suggestion_tokens_out": self.tokens_out}
        return {**made, "suggestion_cost": self.micros / 1e6} if self.micros else made


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What the suggestions of one call may cost, and the prices: for a million tokens, 0 where unknown."""

    requests: int
    tokens_in: int
    tokens_out: int
    cost: float = 0.0
    """In the currency of the prices; 0 is no limit."""
    price_in: float = 0.0
    price_out: float = 0.0

    def micros(self, tokens_in: int, tokens_out: int) -> int:
        """Price some tokens, in millionths."""
        return round(tokens_in * self.price_in + tokens_out * self.price_out)

    def spent(self, so_far: Suggested, requests: int) -> bool:
        """Tell whether nothing is left for another request."""
        return (
            requests >= self.requests
            or so_far.tokens_in >= self.tokens_in
            or so_far.tokens_out >= self.tokens_out
            or (self.cost > 0 and so_far.micros >= self.cost * 1e6)
        )
