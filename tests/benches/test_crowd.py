"""How many calls a core carries, by arithmetic."""

from __future__ import annotations

import pytest

from benches.crowd import Step, delays, most

LENGTH = 10.0
CALL = [Step(float(at), 0.1, (at - 0.5,)) for at in range(10)]
"""An update a second that takes a tenth of it; its word ended half a second before."""


def test_one_call_waits_for_its_own_work_only():
    assert delays(CALL, LENGTH, 1) == pytest.approx([0.6] * 10)


def test_calls_in_step_wait_for_each_other():
    assert max(delays(CALL, LENGTH, 10)) == pytest.approx(1.5)  # ten rings that fall on whole seconds


def test_a_core_carries_what_fills_it():
    assert most(CALL, LENGTH, lambda p95: p95 <= 2.0) in range(9, 12)
    assert most(CALL, LENGTH, lambda p95: p95 <= 0.5) == 0


def test_what_is_no_step_takes_its_share():
    assert max(delays(CALL, LENGTH, 1, share=0.5)) == pytest.approx(0.7)
    assert delays(CALL, LENGTH, 2, share=0.5) == [float("inf")]
    assert most(CALL, LENGTH, lambda p95: p95 <= 2.0, share=0.1) < most(CALL, LENGTH, lambda p95: p95 <= 2.0)
