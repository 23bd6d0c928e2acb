from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.semantics.sources import read_sources


def read(source: str, **environ: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parameters, seeds = read_sources({"train.py": source}, environ)
    return (
        {name: (each["value"], each["source"]) for name, each in parameters.items()},
        {name: each["value"] for name, each in seeds.items()},
    )


@pytest.mark.parametrize(
    "asking",
    ["os.environ['LR']", "os.environ.get('LR')", "os.getenv('LR', '1')", "environ.get(NAME)"],
)
def test_a_variable_that_the_source_asks_for_is_a_parameter(asking: str) -> None:
    source = f"import os\nfrom os import environ\nNAME = 'LR'\nlr = float({asking})\n"
    assert read(source, LR="0.5", OTHER="1")[0] == {"LR": (0.5, "environment variable")}


def test_without_the_variable_the_default_counts() -> None:
    source = "import os\nA = os.getenv('A', '3')\nB = os.environ.get('B', default=2.5)\n"
    assert read(source)[0] == {"A": (3, "train.py, default"), "B": (2.5, "train.py, default")}
    assert read("import os\nA = os.environ.get('A')\n")[0] == {}


def test_secrets_and_places_are_no_parameters() -> None:
    source = "import os\nk = os.environ['API_TOKEN'], os.environ['HOME']\n"
    assert read(source, API_TOKEN="abcdefgh12345678", HOME="/home/ada")[0] == {}


def test_a_variable_that_is_set_is_none_that_is_asked_for() -> None:
    assert read("import os\nos.environ['TF_X'] = '1'\n", TF_X="0")[0] == {}


def test_seeds_of_constructors_that_cannot_be_watched() -> None:
    source = (
        "import numpy as np\nSEED = 42\n"
        "a = np.random.RandomState(SEED)\nb = np.random.Generator(np.random.PCG64(seed=7))\n"
        "c = np.random.RandomState()\n"
    )
    assert read(source)[1] == {"numpy.RandomState": 42, "numpy.PCG64": 7}


@given(st.text(max_size=80))
def test_what_is_no_python_is_left_out(text: str) -> None:
    read_sources({"a.py": text}, {"A": "1"})
