import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.configfiles import LARGEST, MOST, looks_like_config, parameters_from_config
from whence.wire.canonical import canonical


def values(name: str, text: str) -> dict[str, Any]:
    parameters, gaps = parameters_from_config(name, text.encode())
    assert gaps == []
    assert all(each.source == name for each in parameters)
    return {each.name: each.value for each in parameters}


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("c.json", '{"lr": 0.1, "model": {"depth": 3}}', {"lr": 0.1, "model.depth": 3}),
        ("c.toml", "lr = 0.1\n[model]\ndepth = 3\n", {"lr": 0.1, "model.depth": 3}),
        ("c.yaml", "lr: 0.1\nmodel: {depth: 3}\n", {"lr": 0.1, "model.depth": 3}),
        (
            "c.yml",
            "layers: [64, 32]\nwhen: 2026-11-21\n",
            {"layers": [64, 32], "when": "2026-11-21"},
        ),
        ("c.ini", "[model]\nDepth = 3\nname = x\n", {"model.Depth": 3, "model.name": "x"}),
        ("c.env", "LR=0.1\nNAME=x\n", {"LR": 0.1, "NAME": "x"}),
        ("conf/.env", "LR=0.1\n", {"LR": 0.1}),
        ("c.yaml", "empty: {}\nnone:\n", {"empty": {}, "none": None}),
        ("c.json", "[1, 2]", {}),
        ("c.json", "not json at all", {}),
    ],
)
def test_values_have_dotted_names(name: str, text: str, wanted: dict[str, Any]) -> None:
    assert values(name, text) == wanted


def test_a_file_that_is_not_what_its_name_says_is_a_gap() -> None:
    for name, data in (("c.toml", b"= ="), ("c.yaml", b"a: [1"), ("c.ini", b"[x]\ny = \xff")):
        parameters, (gap,) = parameters_from_config(name, data)
        assert parameters == []
        assert (gap.kind, gap.about) == ("parameters-unknown", name)


def test_yaml_that_would_make_objects_is_refused() -> None:
    _, (gap,) = parameters_from_config("c.yaml", b"!!python/object/apply:os.system ['true']")
    assert gap.kind == "parameters-unknown"


def test_large_files_are_data() -> None:
    assert looks_like_config("c.json", 10)
    assert not looks_like_config("c.json", LARGEST + 1)
    assert not looks_like_config("c.csv", 10)
    many = json.dumps({str(at): at for at in range(MOST + 1)})
    assert parameters_from_config("c.json", many.encode()) == ([], [])


@pytest.mark.parametrize(
    "data",
    [
        {"architectures": ["Bert"], "hidden_size": 8, "transformers_version": "5.17.0"},
        {"version": "1.0", "added_tokens": [], "model": {"vocab": {"a": 0}}},
        {"peft_type": "LORA", "r": 8},
        {"metadata": {"total_size": 1}, "weight_map": {"a": "b"}},
    ],
)
def test_what_libraries_wrote_beside_a_network_steers_nobody(data: dict[str, Any]) -> None:
    assert parameters_from_config("config.json", json.dumps(data).encode()) == ([], [])


def test_secrets_are_taken_out() -> None:
    told = values("c.yaml", "db:\n  password: correct-horse-battery\n  host: localhost\n")
    assert told["db.host"] == "localhost"
    assert "correct-horse" not in json.dumps(told)


@given(st.binary(max_size=60), st.sampled_from(["c.json", "c.toml", "c.yaml", "c.ini", "c.env"]))
def test_any_bytes_have_an_answer_that_can_be_recorded(data: bytes, name: str) -> None:
    parameters, _ = parameters_from_config(name, data)
    canonical([each.value for each in parameters])


BOMB = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{above}: &{above} [{','.join(['*' + below] * 9)}]\n"
    for below, above in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("c.yaml", "[" * 200_000, "parameters-unknown"),  # libyaml's reader overruns its stack
        ("c.yaml", "- " * 100_000, "parameters-unknown"),
        ("c.yaml", "{a: " * 50_000, "parameters-unknown"),
        ("c.yaml", "? " * 100_000, "parameters-unknown"),
        ("c.yaml", "a: !!timestamp x", "parameters-unknown"),
        ("c.yaml", "a: !!bool x", "parameters-unknown"),
        ("c.yaml", BOMB, "truncated"),
        (
            "c.yaml",
            "a: &a " + "x" * 200_000 + "".join(f"\nk{n}: *a" for n in range(900)),
            "truncated",
        ),
    ],
    ids=lambda value: value[:12],
)
def test_a_hostile_file_is_a_gap_and_no_crash(name: str, text: str, kind: str) -> None:
    parameters, (gap,) = parameters_from_config(name, text.encode())
    assert (gap.kind, gap.about) == (kind, name)
    assert sum(len(str(each.value)) for each in parameters) < 8 * LARGEST


def test_many_brackets_are_no_depth() -> None:
    assert len(values("c.yaml", "\n".join(f"k{at}: [[1], [2]]" for at in range(600)))) == 600


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("c.yaml", "lr: 1e-3\nb: 5E+2\nc: 1e\n", {"lr": 0.001, "b": 500.0, "c": "1e"}),
        ("c.yaml", "d: &d {x: 1}\ne:\n  <<: *d\n  y: 2\n", {"d.x": 1, "e.x": 1, "e.y": 2}),
        ("c.json", '{"a": "\\ud800", "\\udc00": 1}', {"a": "\\ud800", "\\udc00": 1}),
        (
            "c.json",
            '{"a": NaN, "b": 12345678901234567890}',
            {"a": "nan", "b": "1" + "2345678901234567890"},
        ),
        ("c.toml", "a = 0x" + "f" * 5000, {"a": "0x" + "f" * 5000}),
    ],
    ids=lambda value: str(value)[:12],
)
def test_odd_values_are_told_as_json_can(name: str, text: str, wanted: dict[str, Any]) -> None:
    found = values(name, text)
    assert found == wanted
    canonical(list(found.values()))
