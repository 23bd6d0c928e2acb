"""Configuration files change key by key."""

import json
import tomllib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from whence.reproduction.mixing.settings import setting_pieces

VALUES = st.integers(0, 3) | st.booleans() | st.sampled_from(["x", "y: z", "#"])
FLAT = st.dictionaries(st.sampled_from("abcde"), VALUES, max_size=5)
NESTED = st.dictionaries(st.sampled_from(["p", "q", "r"]), FLAT | VALUES, max_size=3)


def test_keys_of_yaml_change_alone_and_comments_stay() -> None:
    a = "model:\n  leaves: 31  # many\n  rounds: 5\nseed: 1\n"
    b = "model:\n  leaves: 63\n  rounds: 7\n# said\nseed: 1\nextra:\n  k: 1\n"
    found = setting_pieces("config.yaml", a, b)
    assert [each.title for each in found.pieces] == [
        "model.leaves 31 → 63 (config.yaml)",
        "model.rounds 5 → 7 (config.yaml)",
        "extra.k nothing → 1 (config.yaml)",
    ]
    assert found.text([found.pieces[1]]) == a.replace("5", "7")
    assert len(found.idle) == 1


def test_keys_of_json_on_one_line_change_alone() -> None:
    found = setting_pieces("c.json", '{"a": 1, "b": {"c": 2}}', '{"a": 2, "b": {"c": 3, "d": []}}')
    assert [json.loads(found.text([each])) for each in found.pieces] == [
        {"a": 2, "b": {"c": 2}},
        {"a": 1, "b": {"c": 3}},
        {"a": 1, "b": {"c": 2, "d": []}},
    ]


def test_keys_of_toml_change_alone() -> None:
    found = setting_pieces("c.toml", "[m]\na = 1\nb = 2\n", "[m]\na = 3\nb = 4\n")
    assert [tomllib.loads(found.text([each]))["m"] for each in found.pieces] == [
        {"a": 3, "b": 2},
        {"a": 1, "b": 4},
    ]


def test_what_nobody_can_read_changes_line_by_line() -> None:
    found = setting_pieces("c.ini", "a = 1\nb = 2\n", "a = 2\nb = 3\n")
    assert [found.text([each]) for each in found.pieces] == ["a = 2\nb = 2\n", "a = 1\nb = 3\n"]
    assert len(setting_pieces("c.yaml", "a: [\n", "a: 1\n").pieces) == 1


@pytest.mark.parametrize("form", ["json", "yaml"])
@given(a=NESTED, b=NESTED)
def test_all_pieces_give_b_and_each_can_be_read(
    form: str, a: dict[str, object], b: dict[str, object]
) -> None:
    def write(told: dict[str, object]) -> str:
        return json.dumps(told) if form == "json" else str(yaml.safe_dump(told))

    found = setting_pieces(f"c.{form}", write(a), write(b))
    assert yaml.safe_load(found.text([*found.pieces, *found.idle])) == b
    for each in found.pieces:
        assert isinstance(yaml.safe_load(found.text([each])), dict)
