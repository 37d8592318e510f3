"""Places for the labels of points, so that none lies on another, on a point or outside the frame."""

from __future__ import annotations

from collections.abc import Iterator

Pair = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

SIDES = ((1, 1), (1, -1), (1, 0), (-1, 0), (-1, 1), (-1, -1), (0, 1), (0, -1))
REACHES = (1, 2, 3, 5, 7, 9, 12, 15)
"""How far from its point a label may go, in times of `clear`; the nearest free place is taken."""


def place(points: list[Pair], sizes: list[Pair], frame: Box, clear: float) -> list[Pair]:
    """Give each label's lower left corner; `clear` is kept free around every point. What fits nowhere stays near."""
    taken = [(x - clear, y - clear, x + clear, y + clear) for x, y in points]
    corners = []
    for point, size in zip(points, sizes, strict=True):
        boxes = list(_around(point, size, clear))
        free = (box for box in boxes if _within(box, frame) and not any(_meet(box, other) for other in taken))
        box = next(free, boxes[0])
        taken.append(box)
        corners.append(box[:2])
    return corners


def _around(point: Pair, size: Pair, clear: float) -> Iterator[Box]:
    """Boxes of a size at all sides of a point, the near ones first."""
    (x, y), (wide, high) = point, size
    for reach in REACHES:
        for right, up in SIDES:
            left = x + right * reach * clear - (1 - right) * wide / 2
            bottom = y + up * reach * clear - (1 - up) * high / 2
            yield left, bottom, left + wide, bottom + high


def _within(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
