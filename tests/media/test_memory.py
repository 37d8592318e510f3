"""Freed buffers stay in the process."""

from __future__ import annotations

import platform
import resource

import numpy as np
import pytest

from media.memory import keep_buffers


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives buffers back so eagerly")
def test_a_big_buffer_is_not_mapped_anew_each_time() -> None:
    assert keep_buffers()

    def faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(10):
            np.ones(8 << 20, np.uint8)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    faults()
    assert faults() < 2048, "ten times 8 MB are 20,480 pages"
