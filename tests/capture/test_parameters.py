import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.parameters import (
    MOST_POSITIONALS,
    Parameter,
    parameters_from_argv,
    program_arguments,
    typed,
)
from whence.recording.redact import secret_name


def said(command: str | list[str]) -> dict[str, Any]:
    argv = command.split() if isinstance(command, str) else command
    found = parameters_from_argv(argv)
    assert {each.source for each in found} <= {"command line"}
    assert len({each.name for each in found}) == len(found)
    return {each.name: each.value for each in found}


@pytest.mark.parametrize(
    ("command", "parameters"),
    [
        ("python train.py", {}),
        ("python train.py --lr 0.1", {"lr": 0.1}),
        ("python train.py --lr=0.1 --learning-rate=1e-3", {"lr": 0.1, "learning-rate": 0.001}),
        ("python train.py -n 5 -j8", {"n": 5, "j": 8}),
        ("python train.py --flag", {"flag": True}),
        (
            "python train.py --no-shuffle --no_cache --no",
            {"shuffle": False, "cache": False, "no": True},
        ),
        ("python train.py --no-of-layers 3", {"no-of-layers": 3}),
        ("python train.py --x -5 --y -1e-4 --z=-3", {"x": -5, "y": -0.0001, "z": -3}),
        ("python train.py --layers 64 128 32 --out m", {"layers": [64, 128, 32], "out": "m"}),
        ("python train.py --tag a --tag b", {"tag": ["a", "b"]}),
        ("python train.py data.csv model.pkl", {"argv[1]": "data.csv", "argv[2]": "model.pkl"}),
        ("python train.py --lr 0.1 data.csv", {"lr": 0.1, "argv[1]": "data.csv"}),
        ("python train.py -- --not-a-switch a=b", {"argv[1]": "--not-a-switch", "argv[2]": "a=b"}),
        ("python train.py -lr 0.1 -v", {"lr": 0.1, "v": True}),
        ("python train.py model=resnet +a.b=1 ++c=null", {"model": "resnet", "a.b": 1, "c": None}),
        ("python train.py ~trainer.logger", {"~trainer.logger": None}),
        ("python train.py -m lr=0.1,0.2", {"m": True, "lr": "0.1,0.2"}),
        ("python train.py db@x=y model/opt=adam", {"db@x": "y", "model/opt": "adam"}),
        ("python train.py out/year=2024/part.csv", {"argv[1]": "out/year=2024/part.csv"}),
        ("python train.py https://h/a?x=1", {"argv[1]": "https://h/a?x=1"}),
        ("python train.py --ids=[1,2,3]", {"ids": [1, 2, 3]}),
        ("python train.py --json {'a':1}", {"json": "{'a':1}"}),
        ("make data", {"argv[1]": "data"}),
        ("./train --lr 3", {"lr": 3}),
        ("python", {}),
        ("", {}),
    ],
)
def test_the_usual_forms(command: str, parameters: dict[str, Any]) -> None:
    assert said(command) == parameters


@pytest.mark.parametrize(
    "start",
    [
        "python train.py",
        "python3.12 -u -W ignore -X dev train.py",
        "python -m pkg.train",
        "python -OO -m pkg.train",
        "/usr/bin/python3 src/train.py",
        "env SEED=1 OTHER=2 python train.py",
        "nice -n 5 nohup python train.py",
        "timeout -k 5 10m python train.py",
        "uv run python train.py",
        "conda run -n ml python train.py",
        "torchrun --nproc_per_node 2 --nnodes=1 train.py",
        "python -m torch.distributed.run --nproc_per_node 2 train.py",
        "accelerate launch --num_processes 2 train.py",
        "mpirun -np 4 python train.py",
        "Rscript --vanilla fit.R",
        "sh train.sh",
        "./train",
        "sh -c something",
    ],
)
def test_what_starts_the_program_is_no_parameter(start: str) -> None:
    assert program_arguments([*start.split(), "--lr", "1"]) == ["--lr", "1"]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("1", 1),
        ("+5", 5),
        ("-0", 0),
        ("007", "007"),
        ("1.0", 1.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e5", 100000.0),
        ("1e999", "1e999"),
        ("nan", "nan"),
        ("9007199254740993", "9007199254740993"),
        ("9007199254740992", 2**53),
        ("9" * 5000, "9" * 5000),
        ("true", True),
        ("False", False),
        ("none", "none"),
        ("None", None),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1.2.3", "1.2.3"),
        ("2024-01-01", "2024-01-01"),
        ('["a",1.5,null]', ["a", 1.5, None]),
        ("[9007199254740993,1e999,NaN]", ["9007199254740993", "1e999", "NaN"]),
        ("[a,b]", "[a,b]"),
        ("[" * 100000 + "]" * 100000, "[" * 100000 + "]" * 100000),
        ("", ""),
    ],
)
def test_words_are_typed_as_json_would(word: str, value: object) -> None:
    found = typed(word)
    assert found == value
    assert type(found) is type(value)


def test_secrets_are_taken_out() -> None:
    token = "h" + "f_" + "a1B2" * 9
    assert said(["python", "t.py", "--password", "x1y", "--note", token, "db.password=12345"]) == {
        "password": "[redacted:password]",
        "note": "[redacted:hf-token]",
        "db.password": "[redacted:password]",
    }


def test_very_many_words_are_counted() -> None:
    found = said(["cat", *(f"{number}.csv" for number in range(5000))])
    assert len(found) == MOST_POSITIONALS + 1
    assert found["argv[101:]"] == "4900 more words"


def test_bytes_that_are_no_text_are_shown() -> None:
    assert parameters_from_argv(["t", "--x", "\udcff"]) == [Parameter("x", "\\xff", "command line")]


@given(st.lists(st.text(st.characters(exclude_categories=[])), max_size=8))
def test_any_words_are_taken_and_give_json(words: list[str]) -> None:
    found = parameters_from_argv([word.replace("\0", "") for word in words])
    json.dumps([each.value for each in found], allow_nan=False).encode("utf-8")


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{2,8}", fullmatch=True).filter(lambda name: not name.startswith("no")),
        st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
        max_size=6,
    )
)
def test_what_is_written_is_read_back(values: dict[str, Any]) -> None:
    plain = {name: value for name, value in values.items() if not secret_name(name)}
    words = [word for name, value in plain.items() for word in (f"--{name}", str(value))]
    assert said(["python", "train.py", *words]) == plain
    assert said(["python", "train.py", *(f"--{n}={v}" for n, v in plain.items())]) == plain
    assert said(["python", "train.py", *(f"{n}={v}" for n, v in plain.items())]) == plain
