"""Scratch folders are their owner's as long as it lives, and nobody's afterwards."""

import json
from concurrent.futures import ThreadPoolExecutor

from whence.reproduction.scratch import make_scratch, remove, scratch_folders, sweep
from whence.workspace import Workspace


def test_many_make_and_sweep_at_once_and_nobody_loses_a_folder(workspace: Workspace) -> None:
    parent = scratch_folders(workspace)[0]

    def work(_: int) -> bool:
        sweep(workspace)
        folder = make_scratch(parent)
        sweep(workspace)
        kept = (folder / "owner").exists() and (folder / "tree").is_dir()
        remove(folder)
        return kept

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(400)))


def test_what_an_ended_process_left_is_swept(workspace: Workspace) -> None:
    folder = make_scratch(scratch_folders(workspace)[0])
    assert sweep(workspace) == 0
    owner = json.loads((folder / "owner").read_text())
    (folder / "owner").write_text(json.dumps({**owner, "start": 1}))
    assert sweep(workspace) == 1
    assert not folder.exists()
