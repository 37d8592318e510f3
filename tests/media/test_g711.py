"""Companding: the tables against the standard's own values."""

from __future__ import annotations

import numpy as np
import pytest

from media.g711 import Law, decode, encode

EVERY_CODE = bytes(range(256))
EVERY_VALUE = np.arange(-32_768, 32_768).astype(np.int16)


@pytest.mark.parametrize(
    ("law", "code", "value"),
    [
        ("mulaw", 0xFF, 0),
        ("mulaw", 0x7F, 0),
        ("mulaw", 0x80, 32_124),
        ("mulaw", 0x00, -32_124),
        ("mulaw", 0xEF, 132),
        ("alaw", 0xD5, 8),
        ("alaw", 0x55, -8),
        ("alaw", 0xAA, 32_256),
        ("alaw", 0x2A, -32_256),
    ],
)
def test_known_codes(law: Law, code: int, value: int) -> None:
    assert decode(bytes([code]), law).tolist() == [value]


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_every_code_survives_the_round_trip(law: Law) -> None:
    values = decode(EVERY_CODE, law)
    again = decode(encode(values, law), law)
    assert np.array_equal(again, values)


@pytest.mark.parametrize(
    ("law", "bias", "floor", "loudest"), [("mulaw", 132, 0, 32_124), ("alaw", 0, 8, 32_256)]
)
def test_no_sample_is_off_by_more_than_half_a_step(law: Law, bias: int, floor: int, loudest: int) -> None:
    sample = EVERY_VALUE.astype(np.int32)
    unclipped = np.abs(sample) <= loudest
    error = np.abs(decode(encode(EVERY_VALUE, law), law).astype(np.int32) - sample)
    # A step is a sixteenth of its segment, and a segment begins where its steps are 1/16 of the value.
    assert (error <= np.maximum(floor, (np.abs(sample) + bias) / 32))[unclipped].all()
    assert error[~unclipped].max() <= 32_768 - loudest


def test_empty_payload_is_no_sound() -> None:
    assert decode(b"", "mulaw").dtype == np.int16
    assert encode(np.zeros(0, np.int16), "alaw") == b""


def test_a_slice_that_skips_samples_encodes_like_its_copy() -> None:
    both = np.arange(0, 3_200, 10).astype(np.int16)
    assert encode(both[::2], "mulaw") == encode(both[::2].copy(), "mulaw")
