import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.configfiles import (
    LARGEST,
    MOST_LEAVES,
    looks_like_config,
    parameters_from_config,
)


def said(path: str, text: str | bytes) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    found, gaps = parameters_from_config(path, data)
    assert gaps == []
    assert {each.source for each in found} <= {path}
    return {each.name: each.value for each in found}


def why_not(path: str, text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    found, gaps = parameters_from_config(path, data)
    assert found == []
    (gap,) = gaps
    assert (gap.kind, gap.about) == ("parameters-unknown", path)
    return gap.reason


@pytest.mark.parametrize(
    ("path", "size", "form"),
    [
        ("conf/train.yaml", 10, "yaml"),
        ("a.YML", 10, "yaml"),
        ("pyproject.toml", 10, "toml"),
        ("setup.cfg", 10, "ini"),
        ("/x/.env", 10, "ini"),
        ("prod.env", 10, "ini"),
        ("config.json", 10, "json"),
        ("config.json", 200_000, None),
        ("tokenizer.json", 10, None),
        ("train.yaml", LARGEST + 1, None),
        ("train.yaml", 0, None),
        ("data.csv", 10, None),
        ("Makefile", 10, None),
        ("yaml", 10, None),
    ],
)
def test_what_may_hold_parameters(path: str, size: int, form: str | None) -> None:
    assert looks_like_config(path, size) == form


def test_yaml() -> None:
    text = """
    lr: 1e-3
    momentum: 0.9
    epochs: 10
    name: resnet50
    shuffle: yes
    seed: null
    model: {layers: [64, 128], head: {dropout: 0.1}}
    stages:
      - {name: warmup, steps: 5}
      - {name: main, steps: 50}
    date: 2024-05-01
    when: 2024-05-01 10:00:00
    1: one
    empty: {}
    none: []
    """
    assert said("c.yaml", text) == {
        "lr": 0.001,
        "momentum": 0.9,
        "epochs": 10,
        "name": "resnet50",
        "shuffle": True,
        "seed": None,
        "model.layers": [64, 128],
        "model.head.dropout": 0.1,
        "stages[0].name": "warmup",
        "stages[0].steps": 5,
        "stages[1].name": "main",
        "stages[1].steps": 50,
        "date": "2024-05-01",
        "when": "2024-05-01T10:00:00",
        "1": "one",
        "empty": {},
        "none": [],
    }


def test_yaml_tags_of_others_construct_nothing() -> None:
    text = "a: !ref <b>\nb: !new:torch.nn.Linear {n: 3}\nc: !!python/object/apply:os.system ['x']\n"
    assert said("c.yaml", text) == {"a": "<b>", "b.n": 3, "c": ["x"]}


def test_yaml_of_several_documents() -> None:
    assert said("c.yaml", "a: 1\n---\na: 2\n") == {"0.a": 1, "1.a": 2}


def test_yaml_references_are_followed_and_merged() -> None:
    assert said("c.yaml", "d: &d {x: 1}\ne:\n  <<: *d\n  y: 2\n") == {"d.x": 1, "e.x": 1, "e.y": 2}


def test_toml() -> None:
    text = 'lr = 0.1\n[model]\nlayers = [1, 2]\nname = "x"\n[[stage]]\nn = 1\n[[stage]]\nn = 2\n'
    assert said("c.toml", text) == {
        "lr": 0.1,
        "model.layers": [1, 2],
        "model.name": "x",
        "stage[0].n": 1,
        "stage[1].n": 2,
    }


def test_ini() -> None:
    text = "top = 1\n[Train]\nLR = 0.5\nflag\n; no\npath = %(x)s/${y}\n[other]\na: b\n"
    assert said("c.ini", text) == {
        "top": 1,
        "Train.LR": 0.5,
        "Train.flag": True,
        "Train.path": "%(x)s/${y}",
        "other.a": "b",
    }


def test_environment_files() -> None:
    text = "export EPOCHS=3\nNAME='a b'\nDB_PASSWORD=hunter2\n"
    assert said(".env", text) == {
        "EPOCHS": 3,
        "NAME": "a b",
        "DB_PASSWORD": "[redacted:password]",
    }


def test_json_keeps_the_type_of_numbers() -> None:
    text = '{"a": 1, "b": 1.0, "c": {"d": 1e-5}, "e": true, "f": NaN, "g": 12345678901234567890}'
    found = said("c.json", text)
    assert found == {
        "a": 1,
        "b": 1.0,
        "c.d": 1e-05,
        "e": True,
        "f": "NaN",
        "g": "12345678901234567890",
    }
    assert [type(found[name]) for name in "ab"] == [int, float]


def test_a_byte_order_mark_is_left_out() -> None:
    assert said("c.json", b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    "value",
    [
        [{"id": 1}, {"id": 2}],
        {"data": [{"id": number} for number in range(60)], "version": 1},
        {"x": list(range(200)), "y": list(range(200))},
        "text",
        3,
        None,
    ],
)
def test_data_is_no_configuration(value: object) -> None:
    assert said("c.json", json.dumps(value)) == {}


def test_a_file_of_no_known_kind_says_nothing() -> None:
    assert parameters_from_config("c.bin", b"a: 1") == ([], [])
    assert [each.name for each in parameters_from_config("c.bin", b"a: 1", "yaml")[0]] == ["a"]


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("c.json", "{", "no JSON"),
        ("c.toml", "a = ", "no TOML"),
        ("c.yaml", "a: [1\nb: 2", "no YAML (line "),
        ("c.yaml", "!!timestamp x", "no YAML"),
        ("c.yaml", "!!bool x", "no YAML"),
        ("c.ini", "[a]\n= 3\n", "no sections of names and values"),
        ("c.json", b"\xff{}", "no UTF-8"),
        ("c.json", "[" * 50_000, "too deep"),
        ("c.json", '{"a":' * 40 + "1" + "}" * 40, "too deep"),
        ("c.yaml", "[" * 200_000, "too deep"),
        ("c.yaml", "- " * 100_000, "too deep"),
        ("c.yaml", "{a: " * 50_000, "too deep"),
        ("c.yaml", "? " * 100_000, "too deep"),
        ("c.yaml", "a: &a {b: [*a]}", "too deep"),
        ("c.toml", "a = 0x" + "f" * 5000, "cannot be told"),
        ("c.json", json.dumps({str(n): n for n in range(MOST_LEAVES + 1)}), "more than 2,000"),
        ("c.yaml", "a: 1\n" + "#" * LARGEST, "more than the limit"),
        (
            "c.yaml",
            "a: &a [1,1,1,1,1,1,1,1,1]\n"
            + "".join(
                f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n"
                for a, b in zip("abcdefgh", "bcdefghi", strict=True)
            ),
            "more than 2,000",
        ),
        (
            "c.yaml",
            "a: &a " + "x" * 200_000 + "".join(f"\nk{number}: *a" for number in range(900)),
            "more than 2,000",
        ),
    ],
)
def test_why_a_file_says_nothing(path: str, text: str | bytes, reason: str) -> None:
    assert reason in why_not(path, text)


def test_many_brackets_are_no_depth() -> None:
    lines = "\n".join(f"k{number}: [[1], [2]]" for number in range(600))
    assert len(said("c.yaml", lines)) == 1200


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["adam", "resnet50", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex(r"x[a-z]{1,4}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.from_regex(r"x[a-z]{1,4}", fullmatch=True), _JSON, max_size=4))
def test_json_and_yaml_say_the_same(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    assert said("c.yaml", text) == said("c.json", text)


@given(st.text(max_size=200), st.sampled_from(["c.json", "c.toml", "c.ini", "c.yaml", ".env"]))
def test_any_text_is_taken_and_gives_json(text: str, path: str) -> None:
    found, _ = parameters_from_config(path, text.encode("utf-8", "surrogatepass"))
    json.dumps([[each.name, each.value] for each in found], allow_nan=False).encode("utf-8")


@given(
    st.text("abc01.-+e:[]{}&*!?|>%@`'\"#,= \n\t", max_size=60),
    st.sampled_from(["c.json", "c.toml", "c.ini", "c.yaml"]),
)
def test_text_like_a_configuration_is_taken_and_gives_json(text: str, path: str) -> None:
    found, _ = parameters_from_config(path, text.encode())
    json.dumps([[each.name, each.value] for each in found], allow_nan=False).encode("utf-8")
