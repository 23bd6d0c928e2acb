from typing import Any

from whence.capture.agent.reports import Telling
from whence.capture.semantics.seeds import read_seeds


def seed(name: str, value: Any, where: str = "") -> Telling:
    return Telling(1, "seed", {"name": name, "value": value, "source": "f", "where": where})


def read(told: list[Telling], **variables: str) -> Any:
    return read_seeds(told, {}, variables, lambda where: where.rpartition("/")[2])


def test_seeds_with_where_they_were_set() -> None:
    seeds, gaps = read([seed("numpy", 7, "/p/train.py:3"), seed("numpy", 7), seed("numpy", 8)])
    assert seeds["numpy"] == {"value": 7, "source": "f", "where": "train.py:3"}
    assert {name: each["value"] for name, each in seeds.items()} == {"numpy": 7, "numpy#2": 8}
    assert gaps == []


def test_randomness_without_a_seed_is_a_gap_with_advice() -> None:
    told = [Telling(1, "random", {"name": "numpy", "seeded": False, "where": "/p/a.py:9"})] * 2
    _, (gap,) = read(told)
    assert (gap.kind, gap.about) == ("unseeded", "numpy")
    assert "a.py:9" in gap.reason
    assert "random_state" in gap.remedy


def test_the_hash_seed_counts_where_it_is_one() -> None:
    assert read([], PYTHONHASHSEED="0")[0]["PYTHONHASHSEED"]["value"] == 0
    assert read([], PYTHONHASHSEED="random")[0] == {}
