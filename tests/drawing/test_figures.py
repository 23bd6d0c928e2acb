import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.drawing.figures import count_text, counted, duration_text, elapsed, moment, size_text


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (31_000_000, "31.0 MB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (10**21, "1,000.0 EB"),
    ],
)
def test_sizes(count: int, told: str) -> None:
    assert size_text(count) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-1.0, "0.0 s"),
        (12.34, "12.3 s"),
        (59.96, "1 min"),
        (125, "2 min 5 s"),
        (3599.6, "1 h"),
        (3840, "1 h 4 min"),
        (86400 * 3 + 7200, "3 d 2 h"),
        (86400 * 1200, "1,200 d"),
    ],
)
def test_spans_of_time(seconds: float, told: str) -> None:
    assert duration_text(seconds) == told


@given(st.floats(0, 1e12))
def test_every_span_has_a_text(seconds: float) -> None:
    assert duration_text(seconds)[0].isdigit()


def test_counts() -> None:
    assert count_text(336_776) == "336,776"
    assert [counted(count, "run", "runs") for count in (0, 1, 2)] == ["0 runs", "1 run", "2 runs"]


def test_times_as_records_write_them() -> None:
    assert elapsed("2026-11-20T09:30:00.000Z", "2026-11-20T09:30:12.300Z") == 12.3
    assert elapsed("2026-11-20T09:30:00", "2026-11-20T10:30:01+01:00") == 1.0
    assert elapsed(None, "2026-11-20T09:30:00Z") is None
    assert moment("not a time") is None
