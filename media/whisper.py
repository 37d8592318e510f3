"""The only file that knows faster-whisper and CTranslate2: windows of sound in, words with times out.

Windows are encoded at their own length where the model allows it. A model says so with a file `beatline.json` beside
its weights (`beatline model check` measures and writes it): `shortest_window` (seconds), `longest_window` (seconds of
speech that it follows), `padding` (`sound`: silence before the mel is made; `mel`: 0.0 in it, as faster-whisper does)
and `context_tokens` (how much of what was said before helps it; the shipped model loses first words with any). A model
without one is padded to Whisper's 30 s, which stock weights want.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray
from tokenizers import Tokenizer as Pieces

from media.audio import RATE, Hypothesis, Window, Word
from media.memory import keep_buffers
from media.names import Candidate, candidates, evidence, written
from media.notes import read_notes
from media.resample import upsample

STEP = 0.02
"""Seconds of one encoder position."""

BUCKET = 0.5
"""Windows are filled up to a multiple of this (seconds), so that few lengths occur and batches form."""

WHOLE = 30.0
"""Seconds of Whisper's window."""

PARTIAL_BEAM, FINAL_BEAM = 1, 5
"""Hypotheses kept while decoding: a partial is overtaken within a second, a final is what the record keeps."""

BATCH = 8
"""Windows encoded and decoded together; more gains nothing on a core or two."""

ROWS = 16
"""Names tried together."""

TOKENS_A_SECOND = 12
"""Nobody speaks faster; a decoder that writes more goes round in circles."""

NO_SPEECH, UNSURE, COMPRESSED = 0.6, -1.0, 2.4
"""Whisper's own limits (openai/whisper, transcribe.py): probability of no speech together with the mean log
probability below which a window holds nothing, and the gzip ratio above which text repeats itself."""


class Whisper:
    """A speech model. As many threads may ask at once as it has workers; its weights are there once.

    Args:
        folder: a CTranslate2 Whisper folder with tokenizer.json.
        device: `cpu`, `cuda`, or `auto` for a GPU where there is one.
        workers: batches that are worked on at a time, each on one core (a GPU serves one after the other).
        compute: CTranslate2's arithmetic, `int8` or `float32`.
        cache: folder of models, where a check is kept of a model whose own folder cannot be written.

    Raises:
        OSError: files are missing or are no such model; one line says which.
    """

    def __init__(
        self,
        folder: Path,
        *,
        device: str = "cpu",
        workers: int = 1,
        compute: str = "int8",
        cache: Path | None = None,
    ) -> None:
        for name in ("model.bin", "config.json", "tokenizer.json"):
            if not (folder / name).is_file():
                raise OSError(f"{folder} is no speech model: {name} is missing; name a faster-whisper folder")
        keep_buffers()
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder), device=device, compute_type=compute, intra_threads=1, inter_threads=workers
            )
        except (RuntimeError, ValueError) as problem:
            raise OSError(f"{folder} cannot be loaded: {problem}") from problem
        self._pieces = Pieces.from_file(str(folder / "tokenizer.json"))
        language = {"task": "transcribe", "language": "en"} if self._model.is_multilingual else {}
        self._tokenizer = Tokenizer(self._pieces, self._model.is_multilingual, **language)
        self._features = FeatureExtractor(**_settings(folder / "preprocessor_config.json"))
        known = read_notes(folder, cache)
        self.shortest = float(known.get("shortest_window", WHOLE))
        self.longest = float(known.get("longest_window", WHOLE))
        self.padding = str(known.get("padding", "sound"))
        self._context = int(known.get("context_tokens", 0))
        self._start = list(self._tokenizer.sot_sequence)
        self.workers = workers

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Write down some windows, those of one length and kind together; the answers come in the windows' order."""
        answers: dict[int, Hypothesis] = {}
        buckets = sorted((self.bucket(window), place) for place, window in enumerate(windows))
        for (length, _, beam), group in groupby(buckets, key=lambda kind: kind[0]):
            places = [place for _, place in group]
            for first in range(0, len(places), BATCH):
                some = places[first : first + BATCH]
                found = self._together([windows[place] for place in some], length, beam)
                answers.update(zip(some, found, strict=True))
        return [answers[place] for place in range(len(windows))]

    def bucket(self, window: Window) -> tuple[float, int, int]:
        """Say what a window must have in common with others to be decoded together: length, context, beam.

        The start tokens of a batch must be in one place, and sound is not masked (CTranslate2, whisper.cc).
        """
        beam = FINAL_BEAM if window.careful else PARTIAL_BEAM
        return self._length(window), len(self._prompt(window)), beam

    def _prompt(self, window: Window) -> list[int]:
        """The tokens before a window's own: its context where the model gains by it, then the task.

        All of the context or none, so that few lengths occur and batches form.
        """
        said: list[int] = []
        if self._context and window.context:
            said = self._pieces.encode(" " + window.context, add_special_tokens=False).ids[-self._context :]
        before = [self._tokenizer.sot_prev, *said] if len(said) == self._context > 0 else []
        return [*before, *self._start, self._tokenizer.no_timestamps]

    def _length(self, window: Window) -> float:
        """Seconds of sound to encode for a window: never more than Whisper's 30."""
        wanted = max(len(window.pcm) / RATE, self.shortest)
        return float(min(WHOLE, np.ceil(wanted / BUCKET - 1e-9) * BUCKET))

    def _mel(self, window: Window, length: float) -> NDArray[np.float32]:
        sound = np.zeros(round(length * 2 * RATE), np.float32)
        heard = upsample(window.pcm[-round(length * RATE) :])
        sound[: len(heard)] = heard
        if self.padding == "mel":
            sound = sound[: max(len(heard), round(2 * RATE * STEP))]  # shorter has no mel
        mel: NDArray[np.float32] = self._features(sound, padding=0)[:, : round(length * 100)]
        return np.pad(mel, ((0, 0), (0, round(length * 100) - mel.shape[1])))

    def _together(self, windows: list[Window], length: float, beam: int) -> list[Hypothesis]:
        began = time.perf_counter()
        prompts = [self._prompt(window) for window in windows]
        mels = np.ascontiguousarray(np.stack([self._mel(window, length) for window in windows]))
        states = self._model.encode(ctranslate2.StorageView.from_array(mels))
        most = int(16 + TOKENS_A_SECOND * length)
        results = self._model.generate(
            states,
            prompts,
            beam_size=beam,
            max_length=min(448, 2 * most + len(prompts[0])),  # CTranslate2 halves it
            return_scores=True,
            return_no_speech_prob=True,
        )
        texts = [self._accepted(result) for result in results]
        words = self._placed(states, windows, texts, length)
        took = (time.perf_counter() - began) / len(windows)
        return [
            Hypothesis(window, found, no_speech=round(float(result.no_speech_prob), 4), took=took)
            for window, found, result in zip(windows, words, results, strict=True)
        ]

    def _accepted(self, result: Any) -> list[int]:
        """Give a result's text tokens; none when it is more likely silence, or goes round in circles."""
        tokens = [token for token in result.sequences_ids[0] if token < self._tokenizer.eot]
        if not tokens or (result.no_speech_prob > NO_SPEECH and result.scores[0] < UNSURE):
            return []
        text = self._pieces.decode(tokens).encode()
        if len(text) > 60 and len(text) / len(zlib.compress(text)) > COMPRESSED:
            return []
        return tokens

    def _placed(
        self, states: Any, windows: list[Window], texts: list[list[int]], length: float
    ) -> list[tuple[Word, ...]]:
        """Find each word's time by the attention of the model's alignment heads."""
        if not any(texts):
            return [()] * len(windows)
        # A row without text would be an empty alignment: it gets the end token and its answer is not looked at.
        rows = [tokens or [self._tokenizer.eot] for tokens in texts]
        frames = round(length * 100)
        aligned = self._model.align(states, self._start, rows, [frames] * len(rows), median_filter_width=7)
        words = [
            tuple(self._words(tokens, result, window, length)) if tokens else ()
            for tokens, result, window in zip(texts, aligned, windows, strict=True)
        ]
        return self._named(states, windows, texts, aligned, words)

    def _named(
        self,
        states: Any,
        windows: list[Window],
        texts: list[list[int]],
        aligned: Any,
        words: list[tuple[Word, ...]],
    ) -> list[tuple[Word, ...]]:
        """Write the names for which the sound speaks: each is weighed after what was said before it.

        Not in partials: no doubtful word is committed from one, and a pause has them looked at with care.
        """
        asked = [
            (place, one)
            for place, window in enumerate(windows)
            if window.careful
            for one in candidates(words[place], window.names)
        ]
        if not asked:
            return words
        judged: list[list[tuple[Candidate, float]]] = [[] for _ in windows]
        sound = np.array(states.to_device(ctranslate2.Device.cpu))
        silence = np.zeros_like(sound[:1, :1])
        for begin in range(0, len(asked), ROWS):
            some = asked[begin : begin + ROWS]
            spans = [self._span(texts[place], one) for place, one in some]
            rows = [
                [*texts[place][:first], *self._pieces.encode(" " + one.text, add_special_tokens=False).ids]
                for (place, one), (first, _) in zip(some, spans, strict=True)
            ]
            hearing = self._likelihood(sound[[place for place, _ in some]], rows)
            guessing = self._likelihood(silence.repeat(len(rows), axis=0), rows)
            for (place, one), (first, last), heard, guessed in zip(
                some, spans, hearing, guessing, strict=True
            ):
                old = _logs(aligned[place])[first:last].sum()
                among = len(windows[place].names)
                weight = evidence(one, heard[first:].sum(), guessed[first:].sum(), old, among)
                judged[place].append((one, weight))
        return [written(one, names) for one, names in zip(words, judged, strict=True)]

    def _span(self, tokens: list[int], candidate: Candidate) -> tuple[int, int]:
        """Places of the tokens that a candidate would replace."""
        groups = self._groups(tokens)[candidate.first : candidate.last]
        return groups[0][0], groups[-1][-1] + 1

    def _likelihood(self, states: NDArray[np.float32], rows: list[list[int]]) -> list[NDArray[np.float64]]:
        """Log probability of each token of some texts; states are rows × positions × width."""
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(states))
        frames = [2 * states.shape[1]] * len(rows)
        return [_logs(result) for result in self._model.align(view, self._start, rows, frames)]

    def _words(self, tokens: list[int], result: Any, window: Window, length: float) -> Iterable[Word]:
        """Join tokens to words; a word runs from the frame its first token is aligned to, to the next word's."""
        at = dict[int, int]()
        for token, frame in result.alignments:
            at.setdefault(token, frame)
        end = window.end / RATE
        begin = max(window.start / RATE, end - length)
        groups = self._groups(tokens)
        ends = [*(group[0] for group in groups[1:]), len(tokens)]
        for group, last in zip(groups, ends, strict=True):
            text = self._text(tokens, group)
            start = min(end, begin + at.get(group[0], 0) * STEP)
            stop = min(end, max(start, begin + at[last] * STEP if last in at else end))
            p = float(np.min(result.text_token_probs[group[0] : group[-1] + 1]))
            yield Word(text, round(start, 3), round(stop, 3), round(min(1.0, max(0.0, p)), 3))

    def _groups(self, tokens: list[int]) -> list[list[int]]:
        """Group the places of tokens into words: a byte-level token that begins with a space begins a word.

        What has no text is no word.
        """
        groups: list[list[int]] = []
        for place, token in enumerate(tokens):
            if not groups or (self._pieces.id_to_token(token) or "").startswith("Ġ"):
                groups.append([])
            groups[-1].append(place)
        return [group for group in groups if self._text(tokens, group)]

    def _text(self, tokens: list[int], group: list[int]) -> str:
        return self._pieces.decode(tokens[group[0] : group[-1] + 1]).strip()


def _logs(result: Any) -> NDArray[np.float64]:
    """Log probability of each text token of an alignment."""
    return np.log(np.maximum(np.asarray(result.text_token_probs, np.float64), 1e-12))


def _settings(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    known = ("feature_size", "sampling_rate", "hop_length", "chunk_length", "n_fft")
    return {name: found[name] for name in known if name in found}
