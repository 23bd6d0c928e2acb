"""Workers of real pools: what they read and wrote is the run's, and none of them is a part."""

from pathlib import Path
from typing import Any

import pytest

from scratch import Project, make_project, names_of

TASK = """
def count(name):
    with open(f"{name}.txt") as source, open(f"{name}.count", "w") as target:
        target.write(str(len(source.read().split())))
    return name

NAMES = ["a", "b", "c", "d"]
"""

PROGRAMS = {
    "loky": """
import joblib
from tasks import NAMES, count
if __name__ == "__main__":
    print(joblib.Parallel(2)(joblib.delayed(count)(name) for name in NAMES))
""",
    "concurrent.futures": """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from tasks import NAMES, count
if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        print(list(pool.map(count, NAMES)))
""",
    "dask": """
from dask.distributed import Client, LocalCluster
from tasks import NAMES, count
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            print(client.gather(client.map(count, NAMES)))
""",
    "ray": """
import os
import ray
from tasks import NAMES, count
if __name__ == "__main__":
    here = os.getcwd()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    def work(name):
        os.chdir(here)
        return count(name)
    print(ray.get([ray.remote(work).remote(name) for name in NAMES]))
    ray.shutdown()
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = make_project(tmp_path)
    made.write("tasks.py", TASK)
    for name in "abcd":
        made.write(f"{name}.txt", f"some words of {name}, enough to be told apart")
    made.env |= {"RAY_USAGE_STATS_ENABLED": "0"}
    return made


@pytest.mark.parametrize("library", PROGRAMS)
def test_what_workers_did_is_the_runs(project: Project, client: Path, library: str) -> None:
    project.write("main.py", PROGRAMS[library])
    done = project.run(str(client), "main.py")
    assert "['a', 'b', 'c', 'd']" in done.stdout
    told: dict[str, Any] = project.ask("show", "last")
    assert told["parts"] == []
    assert names_of(told["used"]) == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert names_of(told["generated"]) == ["a.count", "b.count", "c.count", "d.count"]
    (pool,) = told["pools"]
    assert (pool["of"], pool["tasks"]) == (library, 4)
    if library != "ray":
        assert pool["workers"] == 2
    assert len(project.ask("log")["runs"]) == 1
