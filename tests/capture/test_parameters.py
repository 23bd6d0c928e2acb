import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.parameters import parameters_from_argv


def values(command: str) -> dict[str, Any]:
    return {each.name: each.value for each in parameters_from_argv(command.split())}


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("python train.py --lr 0.1", {"lr": 0.1}),
        ("python train.py --lr=0.1 --name=x", {"lr": 0.1, "name": "x"}),
        ("python -u -W ignore train.py -n 5", {"n": 5}),
        ("python -m pkg.train --epochs 3", {"epochs": 3}),
        ("python train.py --fp16 --no-shuffle", {"fp16": True, "shuffle": False}),
        ("python train.py --shift -0.5", {"shift": -0.5}),
        ("python train.py model.depth=3 +opt=adam", {"model.depth": 3, "opt": "adam"}),
        ("python train.py in.csv out.csv", {"argument 1": "in.csv", "argument 2": "out.csv"}),
        ("./train --lr 1e-3", {"lr": 0.001}),
        ("torchrun --nproc_per_node 2 train.py --lr 1", {"lr": 1}),
        ("env SEED=1 python train.py --flag", {"flag": True}),
        (
            "python train.py --on true --off False --what None",
            {"on": True, "off": False, "what": None},
        ),
        ("python train.py --id 00123456789012345678", {"id": "00123456789012345678"}),
        ("python -c pass --x 1", {"x": 1}),
        ("python train.py --layers 64 128 32 --out m", {"layers": [64, 128, 32], "out": "m"}),
        ("python train.py --tag a --tag b --tag c", {"tag": ["a", "b", "c"]}),
        ("python train.py -j8 -C1e-3 -v", {"j": 8, "C": 0.001, "v": True}),
        ("python train.py --shift -5 -6.5", {"shift": [-5, -6.5]}),
        ("python train.py --id 007", {"id": "007"}),
        ("python train.py", {}),
        ("python", {}),
    ],
)
def test_parameters_are_named_and_typed(command: str, wanted: dict[str, Any]) -> None:
    assert values(command) == wanted


def test_secrets_do_not_become_parameters() -> None:
    told = values("python train.py --password hunter2hunter2 --api-key abcdefgh12345678")
    assert "hunter2hunter2" not in json.dumps(told)
    assert "abcdefgh12345678" not in json.dumps(told)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=1, max_size=8))
def test_any_words_have_an_answer(words: list[str]) -> None:
    json.dumps([each.value for each in parameters_from_argv(["python", "x.py", *words])])
