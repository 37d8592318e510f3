"""The synthetic voices: espeak-ng and flite through their libraries, festival, with the times of every word.

All give 16-bit mono sound at 8 kHz and, for every word of the text (split at spaces), its start and end in seconds.
espeak-ng reports each word's audio position (speak_lib.h, espeakEVENT_WORD); flite keeps the segments' ends in the
utterance (the features by which its own `word_end` is found).
"""

from __future__ import annotations

import ctypes
import re
from ctypes import POINTER, c_char_p, c_float, c_int, c_short, c_void_p
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random

import numpy as np
from numpy.typing import NDArray

from training.festival import Festival

Pcm = NDArray[np.int16]

ESPEAK_LANGUAGES = ("en-us", "en-us", "en-us", "en", "en-gb-scotland", "en-us-nyc", "en-gb-x-rp", "en-029")
ESPEAK_VARIANTS = (
    "", "", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "Andy", "Annie", "Alex", "Gene",
    "Lee", "Michael", "Mike", "adam", "anika", "belinda", "boris", "david", "ed", "edward", "grandma", "iven", "john",
    "linda", "marcelo", "max", "pablo", "paul", "quincy", "rob", "robert", "sandro", "steph", "travis", "victor", "zac",
)  # fmt: skip
ESPEAK_PACE = 175
"""espeak-ng's own words a minute (its manual, option -s)."""
FLITE = ("kal", "kal16", "slt", "awb")
FESTIVAL = ("kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts")
RECORDED = (*(f"flite:{name}" for name in FLITE), *(f"festival:{name}" for name in FESTIVAL))
"""Voices made from a speaker's recordings."""
HELD = ("flite:rms", "espeak:en-us+f5")
"""Never trained on: another speaker's recordings, and a variant of the formant voice."""


@dataclass(frozen=True)
class Spoken:
    """Sound of a text and the times of its words (seconds)."""

    pcm: Pcm
    words: tuple[tuple[str, float, float], ...]


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", c_int), ("unique", ctypes.c_uint), ("text_position", c_int), ("length", c_int),
        ("audio_position", c_int), ("sample", c_int), ("user_data", c_void_p), ("id", ctypes.c_char * 8),
    )  # fmt: skip


_CALLBACK = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(_Event))
_WORD_EVENT = 1


class _Espeak:
    """The library, opened once a process; it keeps global state, so one voice speaks at a time."""

    def __init__(self) -> None:
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self.lib.espeak_Initialize(2, 0, None, 0)  # AUDIO_OUTPUT_SYNCHRONOUS
        if self.rate <= 0:
            raise OSError("espeak-ng did not start: install the package espeak-ng")
        self.sound: list[Pcm] = []
        self.events: list[tuple[int, int]] = []
        self._callback = _CALLBACK(self._heard)
        self.lib.espeak_SetSynthCallback(self._callback)

    def _heard(self, samples: object, count: int, events: object) -> int:
        if count > 0 and samples:
            self.sound.append(np.ctypeslib.as_array(samples, (count,)).copy())  # type: ignore[call-overload]
        index = 0
        while events[index].type:  # type: ignore[index]
            event = events[index]  # type: ignore[index]
            if event.type == _WORD_EVENT:
                self.events.append((event.text_position, event.audio_position))
            index += 1
        return 0

    def say(self, text: str, voice: str, speed: int, pitch: int) -> Spoken:
        if self.lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        self.lib.espeak_SetParameter(1, speed, 0)
        self.lib.espeak_SetParameter(3, pitch, 0)
        self.sound, self.events = [], []
        raw = text.encode()
        self.lib.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, 1, None, None)  # POS_CHARACTER, UTF-8
        self.lib.espeak_Synchronize()
        pcm = to_8k(np.concatenate(self.sound) if self.sound else np.zeros(1, np.int16), self.rate)
        return Spoken(pcm, _espeak_times(text, self.events, len(pcm) / 8000))


def _espeak_times(
    text: str, events: list[tuple[int, int]], total: float
) -> tuple[tuple[str, float, float], ...]:
    """Match word events to the text's words by position; none at all when a word has no event."""
    spans = [(m.start() + 1, m.group()) for m in re.finditer(r"\S+", text)]
    starts: dict[int, float] = {}
    for position, milliseconds in events:
        starts.setdefault(position, milliseconds / 1000)
    if any(position not in starts for position, _ in spans):
        return ()
    times = [starts[position] for position, _ in spans] + [total]
    if any(b < a for a, b in pairwise(times)):
        return ()
    return tuple((word, times[i], times[i + 1]) for i, (_, word) in enumerate(spans))


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", c_char_p),
        ("rate", c_int),
        ("count", c_int),
        ("channels", c_int),
        ("samples", POINTER(c_short)),
    )


class _Voice(ctypes.Structure):
    _fields_ = (("name", c_char_p), ("features", c_void_p))


_START = b"R:Token.daughter1.R:SylStructure.daughter1.daughter1.R:Segment.p.end"
_END = b"R:Token.daughtern.R:SylStructure.daughtern.daughtern.R:Segment.end"


class _Flite:
    """The library and the voices opened so far."""

    def __init__(self) -> None:
        self.lib = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        for name in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
            ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
        self.lib.flite_init()
        for name in ("flite_synth_text", "utt_relation", "relation_head", "item_next"):
            getattr(self.lib, name).restype = c_void_p
        self.lib.utt_wave.restype = POINTER(_Wave)
        self.lib.flite_ffeature_float.restype = c_float
        self.lib.flite_ffeature_string.restype = c_char_p
        self.voices: dict[str, c_void_p] = {}

    def _voice(self, name: str) -> c_void_p:
        if name not in self.voices:
            register = getattr(ctypes.CDLL(f"libflite_cmu_us_{name}.so.1"), f"register_cmu_us_{name}")
            register.restype = c_void_p
            self.voices[name] = c_void_p(register(None))
        return self.voices[name]

    def say(self, text: str, name: str, stretch: float, pitch: float) -> Spoken:
        voice = self._voice(name)
        features = c_void_p(ctypes.cast(voice, POINTER(_Voice)).contents.features)
        self.lib.feat_set_float(features, b"duration_stretch", c_float(stretch))
        if name.startswith("kal"):
            self.lib.feat_set_float(features, b"int_f0_target_mean", c_float(95.0 * pitch))
        said = c_void_p(self.lib.flite_synth_text(text.encode(), voice))
        wave = self.lib.utt_wave(said).contents
        pcm = to_8k(np.ctypeslib.as_array(wave.samples, (wave.count,)).copy(), wave.rate)
        words = self._times(said, text)
        self.lib.delete_utterance(said)
        return Spoken(pcm, words)

    def _times(self, said: c_void_p, text: str) -> tuple[tuple[str, float, float], ...]:
        item, times = self.lib.relation_head(c_void_p(self.lib.utt_relation(said, b"Token"))), []
        while item:
            token = c_void_p(item)
            times.append(
                (self.lib.flite_ffeature_float(token, _START), self.lib.flite_ffeature_float(token, _END))
            )
            item = self.lib.item_next(token)
        words = text.split()
        if len(words) != len(times) or any(b <= a for a, b in times):
            return ()
        return tuple((word, a, b) for word, (a, b) in zip(words, times, strict=True))


@lru_cache(maxsize=1)
def _espeak() -> _Espeak:
    return _Espeak()


@lru_cache(maxsize=1)
def _flite() -> _Flite:
    return _Flite()


@lru_cache(maxsize=1)
def _festival() -> Festival:
    return Festival()


def _say_by_festival(text: str, name: str, stretch: float) -> Spoken:
    sound, rate, times = _festival().say(text, name, stretch)
    words = text.split()
    if len(words) != len(times) or any(b <= a for a, b in times):
        return Spoken(to_8k(sound, rate), ())
    return Spoken(to_8k(sound, rate), tuple((word, a, b) for word, (a, b) in zip(words, times, strict=True)))


def to_8k(pcm: Pcm, rate: int) -> Pcm:
    """Band-limit by a windowed sinc and take samples at 8 kHz (linear between two neighbours)."""
    if rate == 8000:
        return pcm
    cut = 3700 / rate
    taps = np.arange(-24, 25)
    kernel = 2 * cut * np.sinc(2 * cut * taps) * np.hamming(49)
    low = np.convolve(pcm.astype(np.float32), kernel.astype(np.float32), "same")
    place = np.arange(int(len(pcm) * 8000 / rate)) * (rate / 8000)
    return np.interp(place, np.arange(len(low)), low).clip(-32768, 32767).astype(np.int16)


def speak(text: str, voice: str, rng: Random) -> tuple[str, Spoken]:
    """Speak with a voice and return its full name too.

    A voice is `flite:slt`, `festival:ked_diphone`, `espeak:en-us+f5`, or `espeak:` for any variant.
    """
    engine, _, name = voice.partition(":")
    if engine == "flite":
        return voice, _flite().say(text, name, rng.uniform(0.85, 1.2), rng.uniform(0.85, 1.25))
    if engine == "festival":
        return voice, _say_by_festival(text, name, rng.uniform(0.85, 1.2))
    if not name:
        variant = rng.choice(ESPEAK_VARIANTS)
        name = rng.choice(ESPEAK_LANGUAGES) + (f"+{variant}" if variant else "")
    return f"espeak:{name}", _espeak().say(text, name, rng.randint(135, 200), rng.randint(25, 75))


def say(text: str, voice: str, stretch: float) -> Spoken:
    """Speak with a voice, named in full, at its usual pace stretched by a factor (above 1 is slower).

    The same words give the same sound, but for espeak-ng, whose lengths differ by a few samples.
    """
    ctypes.CDLL(None).srand(1)  # flite excites its filters with the C library's random numbers
    engine, _, name = voice.partition(":")
    if engine == "flite":
        return _flite().say(text, name, stretch, 1.0)
    if engine == "festival":
        return _say_by_festival(text, name, stretch)
    return _espeak().say(text, name, round(ESPEAK_PACE / stretch), 50)
