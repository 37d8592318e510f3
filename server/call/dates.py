"""Days and times as people say them, made real against the day of the call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from server.call.text import any_of

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth", "twentieth",
)  # fmt: skip
_HOURS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
_MINUTES = {
    "fifteen": 15,
    "thirty": 30,
    "forty five": 45,
    "o'clock": 0,
    "oh five": 5,
    "ten": 10,
    "twenty": 20,
}

_WEEKDAY = re.compile(r"\b(?:(last|this past|since|next|this|on|a week from) )?(" + "|".join(_DAYS) + r")\b")
_MONTH_DAY = re.compile(
    r"\b("
    + "|".join(_MONTHS)
    + r") (?:the )?(\d{1,2})(?:st|nd|rd|th)?\b|\b("
    + "|".join(_MONTHS)
    + r") (?:the )?("
    r"(?:twenty |thirty )?(?:" + "|".join(_ORDINALS) + r"))\b"
)
_THE_DAY = re.compile(
    r"\bthe (\d{1,2})(?:st|nd|rd|th)\b|\b(?:on|by|until) the ((?:twenty |thirty )?(?:"
    + "|".join(_ORDINALS)
    + r"))\b"
    r"(?! (?:page|floor|call|day|one|line|quarter|half|week|month|team|side))"
)
_IN = re.compile(r"\bin (a|one|two|three|four|five|six|ten|\d+) (day|week)s?\b")
_HOUR = "|".join([*_HOURS, r"\d{1,2}"])
_TIME = re.compile(
    rf"\b(?:(at|around|about|by|say) )?({_HOUR})(?:[ :]({'|'.join(_MINUTES)}|\d\d))?"
    r"(?: (o'clock|a m|p m|am|pm|in the morning|in the afternoon|in the evening|thirty))?\b"
    r"(?! (?:minutes?|hours?|days?|weeks?|months?|years?|percent|people|thousand|hundred|times?|o|calls?))"
)
_NOON = any_of(r"(?:at )?noon")
_ANY_DAY = date(2024, 1, 1)
_HALF = re.compile(rf"\bhalf past ({_HOUR})\b")


@dataclass(frozen=True, slots=True)
class When:
    """A day (ISO 8601) and a time (HH:MM), as far as they were said."""

    date: str | None = None
    time: str | None = None


def when_of(text: str, today: date | None) -> When:
    """Find the first day and time in plain text; days that are past are none."""
    day = _day(text, today) if today else None
    return When(day.isoformat() if day else None, _time(text, day is not None))


def says_day(text: str) -> bool:
    """Tell whether plain text says a day; whichever day it is, so the day of the call need not be known."""
    return _day(text, _ANY_DAY) is not None


def _day(text: str, today: date) -> date | None:
    named = _named(text, today)
    if named:
        return named
    for match in _WEEKDAY.finditer(text):
        before, name = match.groups()
        if before in ("last", "this past", "since"):
            continue
        return _weekday(today, _DAYS.index(name), before)
    if re.search(r"\btomorrow\b", text):
        return today + timedelta(days=1)
    span = _IN.search(text)
    if span:
        count = {"a": 1, **_HOURS}.get(span[1]) or int(span[1])
        return today + timedelta(days=count * (7 if span[2] == "week" else 1))
    return today if re.search(r"\b(?:later )?today\b", text) else None


def _weekday(today: date, wanted: int, before: str | None) -> date:
    """The coming weekday; "next" means that of the coming calendar week."""
    ahead = (wanted - today.weekday()) % 7 or 7
    if before == "next" and wanted > today.weekday():
        ahead += 7
    return today + timedelta(days=ahead + (7 if before == "a week from" else 0))


def _named(text: str, today: date) -> date | None:
    match = _MONTH_DAY.search(text)
    if match:
        month = _MONTHS.index(match[1] or match[3]) + 1
        return _coming(today, month, _number(match[2] or match[4]))
    match = _THE_DAY.search(text)
    return _coming(today, None, _number(match[1] or match[2])) if match else None


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, rest = text.rpartition(" ")
    return {"": 0, "twenty": 20, "thirty": 30}[tens] + _ORDINALS.index(rest) + 1


def _coming(today: date, month: int | None, day: int) -> date | None:
    """The next such day from today on; None when there is none (the 31st of June)."""
    for months in range(13):
        year, index = divmod(today.year * 12 + today.month - 1 + months, 12)
        try:
            found = date(year, index + 1, day)
        except ValueError:
            continue
        if found >= today and month in (None, index + 1):
            return found
    return None


def _time(text: str, has_day: bool) -> str | None:
    if _NOON.search(text):
        return "12:00"
    half = _HALF.search(text)
    if half:
        return _clock(_hour(half[1]), 30, None)
    for match in _TIME.finditer(text):
        lead, hour, minutes, part = match.groups()
        # A bare number is a time only behind "at" or before "o'clock" and the like, or as "ten thirty" beside a day.
        if lead or part or (minutes and has_day):
            number, past = (
                _hour(hour),
                _MINUTES.get(minutes or "", int(minutes) if (minutes or "").isdigit() else 0),
            )
            past = 30 if part == "thirty" else past
            if 0 < number <= 23 and past < 60:
                return _clock(number, past, part)
    return None


def _hour(text: str) -> int:
    return _HOURS.get(text) or int(text)


def _clock(hour: int, minutes: int, part: str | None) -> str:
    """Business hours where nobody said which half of the day: one to six is the afternoon."""
    morning = part in ("am", "a m", "in the morning")
    afternoon = part in ("pm", "p m", "in the afternoon", "in the evening")
    if (afternoon and hour < 12) or (not morning and not afternoon and hour <= 6):
        hour += 12
    return f"{0 if morning and hour == 12 else hour:02d}:{minutes:02d}"
