"""Where labels go."""

from __future__ import annotations

from itertools import combinations

from benches.labels import place


def test_labels_lie_on_no_label_no_point_and_within_the_frame():
    points = [(40.0, 180.0), (44.0, 184.0), (60.0, 180.0), (290.0, 20.0), (150.0, 100.0)]
    size, clear, frame = (80.0, 24.0), 5.0, (0.0, 0.0, 300.0, 200.0)
    corners = place(points, [size] * len(points), frame, clear)
    for x, y in corners:
        assert 0 <= x <= 300 - size[0]
        assert 0 <= y <= 200 - size[1]
        assert not any(x < a < x + size[0] and y < b < y + size[1] for a, b in points)
    for (a, b), (c, d) in combinations(corners, 2):
        assert abs(a - c) >= size[0] or abs(b - d) >= size[1]


def test_a_lone_label_is_at_the_upper_right_of_its_point():
    assert place([(50.0, 50.0)], [(20.0, 10.0)], (0.0, 0.0, 100.0, 100.0), 5.0) == [(55.0, 55.0)]


def test_what_fits_nowhere_stays_near():
    assert place([(5.0, 5.0)], [(200.0, 10.0)], (0.0, 0.0, 100.0, 100.0), 5.0) == [(10.0, 10.0)]
