from typing import Any


def test_seeds_old_and_new(watch: Any) -> None:
    found = watch(
        "import numpy as np\n"
        "np.random.seed(7)\n"
        "a = np.random.rand(3)\n"
        "g = np.random.default_rng(seed=11)\n"
        "h = np.random.default_rng(g)\n"
        "print(a, g.random(), h.random())\n"
    )
    told = {each["name"]: each["value"] for each in found.all("seed")}
    assert told == {"numpy": 7, "numpy.default_rng": 11}
    assert found.all("random") == []


def test_old_generators_with_their_seed(watch: Any) -> None:
    found = watch(
        "import pickle, types\n"
        "import numpy as np\n"
        "from numpy.random import RandomState\n"
        "cfg = types.SimpleNamespace(seed=23)\n"
        "def f(seed):\n    return np.random.RandomState(seed)\n"
        "a = RandomState(42)\n"
        "e = RandomState(cfg.seed + 100 - 1)\n"
        "b, c = f(7), np.random.RandomState(seed=cfg.seed)\n"
        "d = np.random.RandomState()\n"
        "b.seed(3)\n"
        "print(a.rand(), b.rand(), c.rand(), isinstance(a, RandomState), type(a._bit_generator))\n"
        "print(pickle.loads(pickle.dumps(a)).rand(), len(pickle.dumps(a)))\n"
        "import sklearn.utils\nprint(sklearn.utils.check_random_state(5).rand())\n"
    )
    told = [(each["name"], each["value"]) for each in found.all("seed")]
    assert told == [("numpy.RandomState", value) for value in (42, 122, 7, 23)]


def test_randomness_without_a_seed_is_told(watch: Any) -> None:
    found = watch("import numpy as np\nnp.random.rand()\nnp.random.default_rng()\n")
    assert {each["name"] for each in found.all("random")} == {"numpy", "numpy.default_rng"}


def test_generators_that_libraries_make_for_themselves_are_not_told(watch: Any) -> None:
    assert watch("import scipy.stats\n").all("random") == []


def test_a_state_that_is_set_is_no_randomness_without_a_seed(watch: Any) -> None:
    found = watch(
        "import numpy as np\n"
        "np.random.set_state(np.random.RandomState(1).get_state())\n"
        "print(np.random.rand())\n"
    )
    assert found.all("random") == []
