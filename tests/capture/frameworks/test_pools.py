from pathlib import Path
from typing import Any

import pytest

POOLS = {
    "multiprocessing": (
        (
            "import multiprocessing\n"
            "def double(x):\n"
            "    return 2 * x\n"
            "if __name__ == '__main__':\n"
            "    for way in ('fork', 'spawn'):\n"
            "        with multiprocessing.get_context(way).Pool(2) as pool:\n"
            "            print(pool.map(double, range(5)), pool.apply(double, (3,)))\n"
            "            print(sorted(pool.imap_unordered(double, range(3))))\n"
        ),
        12,
    ),
    "concurrent.futures": (
        (
            "from concurrent.futures import ProcessPoolExecutor\n"
            "def double(x):\n"
            "    return 2 * x\n"
            "if __name__ == '__main__':\n"
            "    with ProcessPoolExecutor(2) as pool:\n"
            "        print(list(pool.map(double, range(5))), pool.submit(double, 7).result())\n"
        ),
        6,
    ),
    "loky": (
        (
            "import joblib\n"
            "def double(x):\n"
            "    return 2 * x\n"
            "if __name__ == '__main__':\n"
            "    print(joblib.Parallel(2)(joblib.delayed(double)(i) for i in range(6)))\n"
            "    calls = (joblib.delayed(double)(i) for i in range(2))\n"
            "    print(joblib.Parallel(2, prefer='threads')(calls))\n"
        ),
        6,
    ),
}


@pytest.mark.parametrize("of", POOLS)
def test_workers_and_tasks_of_a_pool_are_told_once(watch: Any, of: str) -> None:
    source, tasks = POOLS[of]
    found = watch(source)
    pools = [each for each in found.all("part") if each["kind"] == "pool"]
    assert pools == [{"kind": "pool", "of": of, "workers": 2, "tasks": tasks}]


def test_threads_are_no_workers(watch: Any) -> None:
    found = watch(
        "from multiprocessing.pool import ThreadPool\n"
        "with ThreadPool(2) as pool:\n"
        "    print(pool.map(str, range(3)))\n"
    )
    assert found.all("part") == []


def test_a_rank_is_told_by_its_variables(watch: Any) -> None:
    env = {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1"}
    told = watch("print(1)", env=env).one("part")
    assert told == {"kind": "rank", "rank": 1, "world_size": 2, "local_rank": 1}
    for odd in ({"RANK": "0", "WORLD_SIZE": "1"}, {"RANK": "x", "WORLD_SIZE": "2"}, {}):
        assert watch("print(1)", env=odd).all("part") == []


STAND_INS = {
    "distributed": (
        {
            "distributed/__init__.py": "from distributed.client import Client\n",
            "distributed/client.py": (
                "class Client:\n"
                "    class cluster:\n"
                "        workers = {0: 1, 1: 2}\n"
                "    def _graph_to_futures(self, keys):\n"
                "        return {key: None for key in keys}\n"
            ),
        },
        "import distributed\nprint(distributed.Client()._graph_to_futures(['a', 'b', 'c']))\n",
        {"of": "dask", "workers": 2, "tasks": 3},
    ),
    "ray": (
        {
            "ray/__init__.py": "from ray import actor, remote_function\n",
            "ray/actor.py": "class ActorMethod:\n    def _remote(self):\n        return 1\n",
            "ray/remote_function.py": (
                "class RemoteFunction:\n    def _remote(self):\n        return 2\n"
            ),
        },
        (
            "import ray\n"
            "print(ray.actor.ActorMethod()._remote())\n"
            "print(ray.remote_function.RemoteFunction()._remote())\n"
        ),
        {"of": "ray", "workers": 0, "tasks": 2},
    ),
}


@pytest.mark.parametrize("library", STAND_INS)
def test_tasks_that_go_to_other_machines_processes(
    watch: Any, tmp_path: Path, library: str
) -> None:
    """With the few lines of each library that are hooked; the real ones are in tests/clients."""
    files, source, told = STAND_INS[library]
    for name, text in files.items():
        place = tmp_path / "work" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    assert watch(source).one("part") == {"kind": "pool", **told}
