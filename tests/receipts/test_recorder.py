import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whence.errors import UsageError
from whence.receipts.filing import file_all
from whence.receipts.reading import Wanted, find_receipt, list_receipts
from whence.receipts.recorder import Recorder
from whence.receipts.spool import segments

MANY = 10**6


def recorder(folder: Path, **more: Any) -> Recorder:
    return Recorder("delay@3", folder=folder, **{"resolver": None, "sync_seconds": 0.02, **more})


def kept(folder: Path) -> list[str]:
    return [each.id for each in list_receipts([folder], Wanted(), MANY)]


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_receipt_is_found_before_and_after_it_is_filed(tmp_path: Path) -> None:
    with recorder(tmp_path, deployment="eu") as its:
        one = its.receipt({"a": 1}, [0.5], seconds=0.25, request="q")
        assert find_receipt([tmp_path], one).request == "q"
    assert segments(tmp_path) == []
    told = find_receipt([tmp_path], one)
    assert (told.model, told.environment, told.seconds) == ("delay@3", "eu", 0.25)
    assert (told.input_form, told.output_form) == ("json", "json")
    assert told.at[:10] == told.day


def test_the_input_is_nowhere(tmp_path: Path) -> None:
    with recorder(tmp_path) as its:
        its.receipt({"name": "Ada Lovelace"})
        its.receipt(b"Ada Lovelace")
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"Lovelace" not in path.read_bytes()


def test_the_same_input_has_the_same_digest_in_one_deployment_alone(tmp_path: Path) -> None:
    ids = []
    for place in ("eu", "eu", "us"):
        with recorder(tmp_path, deployment=place) as its:
            ids.append(its.receipt([1, 2]))
    one, same, other = (find_receipt([tmp_path], each) for each in ids)
    assert one.input == same.input != other.input
    assert one.key == same.key != other.key


def test_an_input_without_a_form_has_a_receipt_without_a_digest(tmp_path: Path) -> None:
    with recorder(tmp_path) as its:
        told = find_receipt([tmp_path], its.receipt(object()))
    assert (told.input, told.input_form) == ("", "")


def test_threads_get_receipts_of_their_own(tmp_path: Path) -> None:
    found: list[str] = []
    with recorder(tmp_path, rotate_bytes=20_000) as its:

        def work() -> None:
            found.extend([its.receipt(number) for number in range(100)])

        threads = [threading.Thread(target=work) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert len(set(found)) == 400
    assert set(kept(tmp_path)) == set(found)


def test_what_is_full_is_filed_while_the_service_goes_on(tmp_path: Path) -> None:
    with recorder(tmp_path, rotate_bytes=1) as its:
        one = its.receipt(1)
        wait_for(lambda: bool(list(tmp_path.glob("model=delay@3/day=*/*.parquet"))))
        other = its.receipt(2)
        assert set(kept(tmp_path)) == {one, other}


def test_what_is_old_is_filed_too(tmp_path: Path) -> None:
    with recorder(tmp_path, rotate_seconds=0.0) as its:
        its.receipt(1)
        wait_for(lambda: bool(list(tmp_path.glob("model=*/day=*/*"))))


def _fork(its: Recorder, queue: Any) -> None:
    queue.put([its.receipt(number) for number in range(50)])
    its.close()


def test_workers_that_are_forked_write_beside_one_another(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    its = recorder(tmp_path, sync_seconds=30)
    found = [its.receipt("before")]
    its.close()  # a thread that runs while a process is forked is a matter of luck
    found.append(its.receipt("again"))
    its._closed.set()
    assert its._thread is not None
    its._thread.join()
    workers = [context.Process(target=_fork, args=(its, queue)) for _ in range(3)]
    for each in workers:
        each.start()
    for _ in workers:
        found += queue.get(timeout=30)
    for each in workers:
        each.join(30)
    found.append(its.receipt("after"))
    its.close()
    assert len(set(found)) == 153
    assert set(kept(tmp_path)) == set(found)


LOOP = """
import sys
from whence.receipts import Recorder
its = Recorder("delay@3", folder=sys.argv[1], resolver=None, rotate_bytes=int(sys.argv[2]),
               sync_seconds=0.01)
while True:
    sys.stdout.write(its.receipt([1, 2, 3]) + "\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("rotate_bytes", [1 << 20, 3_000])
def test_a_killed_service_loses_no_receipt_that_it_gave(tmp_path: Path, rotate_bytes: int) -> None:
    command = [sys.executable, "-c", LOOP, str(tmp_path), str(rotate_bytes)]
    service = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert service.stdout is not None
    given = [service.stdout.readline().decode().strip() for _ in range(400)]
    os.kill(service.pid, signal.SIGKILL)
    given += [line.decode().strip() for line in service.stdout if line.endswith(b"\n")]
    service.wait()
    service.stdout.close()
    assert set(given) <= set(kept(tmp_path))
    file_all(tmp_path)
    assert segments(tmp_path) == []
    assert set(given) <= set(kept(tmp_path))
    assert len(kept(tmp_path)) == len(set(kept(tmp_path)))


def test_the_next_service_files_what_a_killed_one_left(tmp_path: Path) -> None:
    code = (
        "import os, sys; from whence.receipts import Recorder;"
        "print(Recorder('delay@3', folder=sys.argv[1], resolver=None).receipt(1), flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False, text=True
    )
    (left,) = segments(tmp_path)
    with recorder(tmp_path, rotate_bytes=1) as its:
        its.receipt(2)
        wait_for(lambda: not left.exists())
    assert find_receipt([tmp_path], done.stdout.strip()).model == "delay@3"


def test_a_spool_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    with recorder(tmp_path, sync_seconds=30) as its:
        its.receipt(1)
        assert file_all(tmp_path) == 0
        assert len(segments(tmp_path)) == 1


def test_filing_once_more_after_a_crash_gives_the_same_files(tmp_path: Path) -> None:
    its = recorder(tmp_path, sync_seconds=30)
    ids = {its.receipt(number) for number in range(5)}
    (spool,) = segments(tmp_path)
    lines = spool.read_bytes()
    its.close()
    spool.write_bytes(lines)  # as if it had been killed between filing and removing
    assert set(kept(tmp_path)) == ids
    file_all(tmp_path)
    assert len(list(tmp_path.glob("model=*/day=*/*"))) == 1
    assert kept(tmp_path) == sorted(ids, reverse=True)


def test_without_the_extra_lines_are_filed_as_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with recorder(tmp_path) as its:
        one = its.receipt(1)
    (path,) = tmp_path.glob("model=*/day=*/*")
    assert path.suffix == ".jsonl"
    assert json.loads(path.read_text())["id"] == one
    assert kept(tmp_path) == [one]
    assert find_receipt([tmp_path], one).id == one


def test_a_service_goes_on_where_nothing_can_be_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("")
    its = recorder(tmp_path / "taken" / "receipts")
    assert [its.receipt(number) for number in range(3)] == ["", "", ""]
    assert its.lost == 3
    assert len(caplog.records) == 1
    its.close()


def test_a_full_disk_takes_the_receipt_and_nothing_else(tmp_path: Path) -> None:
    its = recorder(tmp_path, sync_seconds=30)
    one = its.receipt(1)
    segment = its._segment
    assert segment is not None
    full = os.open("/dev/full", os.O_WRONLY)
    good, segment._file = segment._file, full
    assert its.receipt(2) == ""
    segment._file = good
    os.close(full)
    other = its.receipt(3)
    its.close()
    assert set(kept(tmp_path)) == {one, other}


def test_what_is_looked_up_late_is_in_what_is_filed(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    def look_up(model: str, environment: str, loaded: str, folder: Path) -> dict[str, str]:
        asked.append((model, environment))
        return {"version": "a" * 32, "version_name": "delay@3", "deployment": "b" * 32}

    with Recorder(
        "delay@production", deployment="eu", folder=tmp_path, resolver=look_up, sync_seconds=0.02
    ) as its:
        one = its.receipt(1)
        assert find_receipt([tmp_path], one).version == ""
        wait_for(lambda: bool(its._known))
        other = its.receipt(2)
    for each in (one, other):
        told = find_receipt([tmp_path], each)
        assert (told.version, told.version_name, told.deployment) == (
            "a" * 32,
            "delay@3",
            "b" * 32,
        )
    assert asked == [("delay@production", "eu")]


@pytest.mark.parametrize("model", ["", "  ", "x" * 201])
def test_a_model_needs_a_name(tmp_path: Path, model: str) -> None:
    with pytest.raises(UsageError, match="names no model"):
        Recorder(model, folder=tmp_path)


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    with recorder(tmp_path, deployment="../eu/ü") as its:
        its.receipt(1)
    (key,) = (tmp_path / "keys").iterdir()
    assert key.stat().st_mode & 0o077 == 0
    assert key.parent.stat().st_mode & 0o077 == 0


def test_names_of_any_kind_stay_below_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "receipts"
    names = ["../../x", "a/b@1", "..", "ü" * 100, "a b", "\n", "%41"]
    for name in names:
        if name.strip():
            with Recorder(name, folder=folder, resolver=None) as its:
                its.receipt(1)
    assert {each.name for each in tmp_path.iterdir()} == {"receipts"}
    found = list_receipts([folder], Wanted(), MANY)
    assert {each.model for each in found} == {name for name in names if name.strip()}


def test_loading_it_loads_no_third_party_package() -> None:
    code = "import sys; from whence.receipts import Recorder, asgi, wsgi; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"pyarrow", "duckdb", "numpy", "pandas", "sqlite3", "rich", "yaml"}
