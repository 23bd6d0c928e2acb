import json
import random
import statistics
from pathlib import Path

import pandas as pd
import pytest

from naive_rows import taken, written
from whence.rows import profile as room
from whence.rows.profile import Numbers, Profile, parse_profile, profile_json


def profiles(path: Path) -> dict[str, Profile]:
    return {column.name: column.profile for column in taken(path).head.columns}


def test_numbers_are_profiled_as_by_hand(tmp_path: Path) -> None:
    dice = random.Random(3)
    values = [dice.gauss(5, 2) for _ in range(999)]
    path = written(tmp_path, "x\n" + "".join(f"{value}\n" for value in values))
    found = profiles(path)["x"]
    assert (found.rows, found.nulls) == (999, 0)
    assert found.distinct == pytest.approx(999, rel=0.2)
    assert found.numbers is not None
    assert found.numbers.mean == pytest.approx(statistics.mean(values))
    assert found.numbers.deviation == pytest.approx(statistics.stdev(values))
    expected = [min(values), *statistics.quantiles(values, n=100, method="inclusive"), max(values)]
    assert found.numbers.grid == pytest.approx(expected)


def test_few_values_are_counted_and_rare_ones_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "id,k\n" + "".join(f"{at},{'ab'[at > 95]}\n" for at in range(100)))
    assert profiles(path)["k"].shares == {"a": 96}
    assert profiles(path)["id"].shares is None


def test_gaps_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"x": [1.0, None, 3.0], "s": ["a", None, None]}).to_parquet(path)
    found = profiles(path)
    assert (found["x"].nulls, found["s"].nulls) == (1, 2)


def test_numbers_that_are_not_finite_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "x\n1\n2\n3\n1e999\n-1e999\n")
    numbers = profiles(path)["x"].numbers
    assert numbers is None or (numbers.grid[0], numbers.grid[-1]) == (1, 3)


def test_two_versions_of_a_large_table_are_profiled_by_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "WHOLE", 500)
    lines = [f"{at},{at * at % 9973}\n" for at in range(4000)]
    one = taken(written(tmp_path, "id,x\n" + "".join(lines), "1.csv"))
    other = taken(written(tmp_path, "id,x\n" + "".join(lines[::-1]), "2.csv"))
    assert one.head.part == 8
    for some, others in zip(one.head.columns, other.head.columns, strict=True):
        assert some.profile.check == others.profile.check
        assert some.profile.numbers is not None
        assert others.profile.numbers is not None
        assert some.profile.numbers.grid == others.profile.numbers.grid
    assert one.head.columns[0].profile.rows == pytest.approx(500, rel=0.3)


def test_json_and_back() -> None:
    numbers = Numbers(1.5, 0.5, tuple(map(float, range(101))))
    profile = Profile(10, 2, 3, 2**64 - 1, numbers, {"a": 5})
    assert parse_profile(json.loads(json.dumps(profile_json(profile)))) == profile
    plain = Profile(0, 0, 0, 0)
    assert parse_profile(profile_json(plain)) == plain


@pytest.mark.parametrize("bad", [{}, {"rows": 1}, {"rows": "x"}])
def test_what_is_no_profile_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        parse_profile(bad)
