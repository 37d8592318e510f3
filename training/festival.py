"""Festival's voices through its own command loop: sound from a file, word times from the utterance's structure.

A token of the text (split at spaces) may be several words ("e-mail"); `word_start` and `word_end` are festival's own
features (Festival manual, "Features"), in seconds, and 0 for punctuation.
"""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

PITCHED = ("kal_diphone", "ked_diphone")
"""Voices that stretch their durations by a parameter."""
_TIMES = """
(define (tell_times said)
  (mapcar (lambda (token)
    (if (null (item.parent token))
      (begin (format t "token\\n")
        (mapcar (lambda (word) (format t "%f %f\\n" (item.feat word "word_start") (item.feat word "word_end")))
          (item.daughters token)))))
    (utt.relation.items said 'Token))
  (format t "end\\n") (fflush nil))
"""


class Festival:
    """One festival process; it keeps a voice until another is asked for."""

    def __init__(self) -> None:
        self.folder = TemporaryDirectory()
        self.process = subprocess.Popen(
            ["festival", "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.voice = ""
        self._tell(_TIMES)

    def _tell(self, command: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def say(
        self, text: str, voice: str, stretch: float
    ) -> tuple[NDArray[np.int16], int, list[tuple[float, float]]]:
        """Speak; return the sound, its rate (Hz), and start and end (s) of each token of the text."""
        if voice != self.voice:
            self._tell(f"(voice_{voice})")
            self.voice = voice
        if voice in PITCHED:
            self._tell(f"(Parameter.set 'Duration_Stretch {stretch:.3f})")
        quoted = text.replace("\\", " ").replace('"', " ")
        file = Path(self.folder.name) / "said.wav"
        self._tell(f'(set! said (utt.synth (Utterance Text "{quoted}")))')
        self._tell(f'(utt.save.wave said "{file}")\n(tell_times said)')
        times = self._times()
        with wave.open(str(file)) as sound:
            return np.frombuffer(sound.readframes(sound.getnframes()), np.int16), sound.getframerate(), times

    def _times(self) -> list[tuple[float, float]]:
        assert self.process.stdout
        tokens: list[list[tuple[float, float]]] = []
        for line in self.process.stdout:
            match line.split():
                case ["end"]:
                    break
                case ["token"]:
                    tokens.append([])
                case [start, end] if float(end) > 0:
                    tokens[-1].append((float(start), float(end)))
        else:
            raise OSError(
                "festival ended: install festival, festvox-kallpc16k, festvox-kdlpc16k, festvox-us-slt-hts"
            )
        return [(token[0][0], token[-1][1]) if token else (0.0, 0.0) for token in tokens]
