"""Next steps without a day: what was agreed or promised, and whether either side has said when."""

from __future__ import annotations

from math import inf

from server.call.dates import says_day
from server.call.story import Story
from server.call.text import Sentence, any_of

_WHOM = r"(?:you|her|him|them)"
_TALK_AGAIN = any_of(
    r"be in touch",
    rf"(?:call|ring|phone|try|catch|see) {_WHOM} (?:\w+ ){{0,2}}(?:then|back|sometime|soon|again|later)",
    rf"give (?:\w+ )?{_WHOM} a (?:shout|ring|buzz|bell|call|holler)",
    r"reach out (?:again|soon|later|then)",
    rf"(?:talk|speak|chat)(?: (?:to|with) {_WHOM})? (?:then|again|soon|later)",
    r"(?:catch up|hop on) (?:\w+ ){0,3}(?:then|again|soon|later)",
    r"(?:get|sort|set) something (?:out|up|in the diary|on the calendar)",
    r"(?:figure out|find) a time",
    r"go from there",
)
"""Promises to talk again, whenever that may be."""
_DEADLINE = any_of(r"(?:before|by|until|till|since|after|from|last) (?:the )?[a-z]+(?: [a-z]+)?")
"""A day that bounds something is no day for the next step."""
_OFF = any_of(
    r"not", r"no", r"never", r"can't", r"cannot", r"won't", r"isn't", r"doesn't", r"don't", r"wasn't"
)
"""A day that is ruled out is none."""


def names_a_day(text: str) -> bool:
    """Tell whether plain text says a day on which something can be."""
    return says_day(_DEADLINE.sub(" ", text)) and not _OFF.search(text)


def talks_again(one: Sentence) -> bool:
    """Tell whether a sentence promises to talk again."""
    return bool(_TALK_AGAIN.search(one.plain))


def lacks_a_day(story: Story, *, again: bool) -> bool:
    """Tell whether a step was agreed or promised (`again`: just now), and neither side has said a day for it."""
    brushed_off = "send_info" in story.objections
    promised = any(one.track == "rep" and (brushed_off or talks_again(one)) for one in story.promises)
    if not (again or promised or story.agreed or story.booked):
        return False
    since = _step_since(story)
    return not any(names_a_day(one.plain) for one in story.said if one.start >= since)


def _step_since(story: Story) -> float:
    """Where talk of the next step began: with the ask that was agreed to, or behind what was refused last."""
    found = [one[-1].end for one in story.objections.values()] + [one.end for one in story.refusals]
    if story.asks:
        found.append(story.asks[-1].start if story.agreed else story.asks[-1].end)
    settled = story.booked.start if story.booked else inf
    return max((at for at in found if at <= settled), default=0.0)
