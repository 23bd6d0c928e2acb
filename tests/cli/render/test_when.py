from datetime import UTC, datetime, timedelta

import pytest

from whence.cli.render.when import ago

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "just now"),
        (44, "just now"),
        (45, "1 min ago"),
        (180, "3 min ago"),
        (44 * 60, "44 min ago"),
        (50 * 60, "1 h ago"),
        (5 * 3600, "5 h ago"),
        (86400, "1 day ago"),
        (9 * 86400, "9 days ago"),
        (30 * 86400, "2026-10-21"),
        (-3, "just now"),
        (-3600, "2026-11-20 13:00 UTC"),
    ],
)
def test_how_long_ago(seconds: int, told: str) -> None:
    then = (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    assert ago(then, NOW) == told


@pytest.mark.parametrize("unreadable", [None, "", "yesterday", 12])
def test_no_time_is_a_dash(unreadable: object) -> None:
    assert ago(unreadable, NOW) == "—"
