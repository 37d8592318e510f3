"""Keeps freed memory in the process: the speech model asks for the same big buffers many times a second.

glibc maps every buffer above a threshold anew and gives it back, so that each update of a window filled to thirty
seconds takes 50,000 page faults: 44 % of its processor time (`beatline model check` shows it; at six seconds 15 %).
Raised thresholds keep the buffers (mallopt(3); setting either also stops glibc from moving them by itself).
"""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""malloc.h"""

KEPT, LARGEST = 256 << 20, 1 << 30
"""Bytes of free memory at the heap's end that are not given back, and the largest buffer from the heap: the attention
of thirty seconds takes 54 MB in one piece."""


def keep_buffers() -> bool:
    """Set the thresholds for this process; False where the C library has none (macOS, musl)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(M_TRIM_THRESHOLD, KEPT)) and bool(mallopt(M_MMAP_THRESHOLD, LARGEST))
