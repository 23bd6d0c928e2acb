"""Notebooks as people run them: nbconvert, papermill, and live ones that load the extension."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scratch import Project, make_project

SOURCE = Path(__file__).parents[3] / "src"
CELLS = (
    "alpha = 0.1",
    "import pandas as pd\nimport random\ndf = pd.read_csv('data.csv')",
    "random.seed(4)\ndf['z'] = df.a * alpha\ndf.to_csv('out.csv', index=False)",
)


def notebook(*sources: str) -> str:
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "metadata": {"tags": ["parameters"] if at == 0 else []},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for at, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    told = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(told)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path)
    project.write("data.csv", "a,b\n1,2\n3,4\n")
    project.write("steps.ipynb", notebook(*CELLS))
    project.env["JUPYTER_PLATFORM_DIRS"] = "1"
    return project


def names(met: list[dict[str, Any]]) -> set[str]:
    return {each["name"] for each in met if not each["role"].startswith("std")}


def test_nbconvert_runs_as_the_notebook_with_its_cells(project: Project, client: Path) -> None:
    command = ["nbconvert", "--to", "notebook", "--execute", "steps.ipynb", "--output", "done"]
    project.run(str(client), "-m", *command)
    told = project.ask("show", "last")
    assert told["job"] == "steps"
    assert [each["source"] for each in told["cells"]] == list(CELLS)
    assert [each["count"] for each in told["cells"]] == [1, 2, 3]
    assert names(told["used"]) == {"data.csv"}
    assert names(told["generated"]) == {"done.ipynb", "out.csv"}
    assert "steps.ipynb" in {each["path"] for each in told["code"]["files"]}
    assert told["seeds"] == {"random": 4}
    assert told["gaps"] == []


def test_papermill_tells_its_parameters(project: Project, client: Path) -> None:
    command = ["-m", "papermill", "--no-progress-bar", "-p", "alpha", "0.5", "-p", "beta", "x"]
    project.run(str(client), *command, "steps.ipynb", "done.ipynb")
    told = project.ask("show", "last")
    assert (told["job"], told["parameters"]) == ("steps", {"alpha": 0.5, "beta": "x"})
    assert names(told["used"]) == {"data.csv"}
    assert names(told["generated"]) == {"done.ipynb", "out.csv"}
    assert len(told["cells"]) == 4


def test_a_seed_in_a_cell_is_told_with_its_place(project: Project, client: Path) -> None:
    project.run(str(client), "-m", "nbconvert", "--to", "notebook", "--execute", "steps.ipynb")
    store = project.whence("show", "last").stdout
    assert "[3]" in store
    assert "random.seed(4)" in store


LIVE = """
import json, sys
import nbformat, nbclient
book = nbformat.reads(open(sys.argv[1]).read(), 4)
nbclient.NotebookClient(book, kernel_name="python3").execute()
print("".join(text["text"] for cell in book.cells for text in cell.outputs if "text" in text))
"""


def live(project: Project, client: Path, *sources: str) -> str:
    """Execute a notebook in a kernel that can import Whence, without ``whence run``."""
    project.write("live.ipynb", notebook(*sources))
    project.write("execute.py", LIVE)
    # As installed beside the kernel: the package, and the entry points of its distribution.
    installed = project.folder.parent / "installed"
    if not installed.exists():
        (info,) = Path(sys.prefix).glob("lib/python3*/site-packages/whence-*.dist-info")
        shutil.copytree(info, installed / info.name)
    env = {**project.env, "PYTHONPATH": os.pathsep.join([str(SOURCE), str(installed)])}
    done = subprocess.run(
        [str(client), "execute.py", "live.ipynb"],
        cwd=project.folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_live_notebook_is_recorded_from_where_it_asks_for_it(
    project: Project, client: Path
) -> None:
    printed = live(project, client, "x = 1", "%load_ext whence", *CELLS)
    told = project.ask("show", "last")
    assert told["id"][:8] in printed
    assert told["state"] == "completed"
    sources = [each["source"] for each in told["cells"]]
    assert sources == ["x = 1", "%load_ext whence", *CELLS]
    assert [bool(each.get("before")) for each in told["cells"]] == [True] + [False] * 4
    assert names(told["used"]) == {"data.csv"}
    assert names(told["generated"]) == {"out.csv"}
    assert told["seeds"] == {"random": 4}
    assert {each["kind"] for each in told["gaps"]} == {"observer-blind"}


def test_unloading_ends_the_record(project: Project, client: Path) -> None:
    last = "open('late.txt', 'w').write('x')"
    printed = live(project, client, "%load_ext whence", *CELLS, "%unload_ext whence", last)
    told = project.ask("show", "last")
    assert "recorded run" in printed
    assert names(told["generated"]) == {"out.csv"}
    assert all(each["source"] != last for each in told["cells"])


def test_a_kernel_that_dies_leaves_its_record(project: Project, client: Path) -> None:
    with pytest.raises(AssertionError):
        live(project, client, "%load_ext whence", *CELLS, "import os; os.kill(os.getpid(), 9)")
    told = project.ask("show", "last")
    assert told["state"] == "unknown"
    assert names(told["generated"]) == {"out.csv"}
    assert len(told["cells"]) == 4


def test_inside_whence_run_the_extension_only_says_so(project: Project, client: Path) -> None:
    project.write("steps.ipynb", notebook("%load_ext whence", *CELLS))
    project.env["PYTHONPATH"] = str(SOURCE)
    project.run(str(client), "-m", "nbconvert", "--to", "notebook", "--execute", "steps.ipynb")
    assert len(project.ask("log")["runs"]) == 1
    assert "recorded already" in (project.folder / "steps.nbconvert.ipynb").read_text()
