import json
import math
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.statements import StatementLog, describe_thing, plain_values
from whence.errors import NotFoundError, UsageError
from whence.wire.canonical import canonical


def lines_in(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in folder.glob("declared.*")
        for line in path.read_text().splitlines()
    ]


def test_threads_share_a_log_and_no_line_is_torn(tmp_path: Path) -> None:
    log = StatementLog(tmp_path)

    def speak(name: int) -> None:
        for at in range(100):
            log.write("log", {"parameters": {f"{name}": at}})

    threads = [threading.Thread(target=speak, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert len(lines_in(tmp_path)) == 400


def test_a_forked_child_writes_its_own_file(tmp_path: Path) -> None:
    log = StatementLog(tmp_path)
    log.write("log", {"tags": {"who": "parent"}})
    child = os.fork()
    if child == 0:
        log.write("log", {"tags": {"who": "child"}})
        os._exit(0)
    os.waitpid(child, 0)
    log.close()
    assert sorted(line["tags"]["who"] for line in lines_in(tmp_path)) == ["child", "parent"]
    assert len(list(tmp_path.glob("declared.*"))) == 2


def test_numbers_of_numpy_are_numbers() -> None:
    plain = plain_values({"f": np.float32(0.5), "i": np.int64(3), "b": np.bool_(True)})
    assert plain == {"f": 0.5, "i": 3, "b": True}
    assert plain_values({"a": np.arange(3)}) == {"a": [0, 1, 2]}


def test_what_json_cannot_say_is_text() -> None:
    told = plain_values({"n": math.nan, "p": math.inf, "m": -math.inf, "i": 2**64, "o": Path("x")})
    assert told == {"n": "NaN", "p": "Infinity", "m": "-Infinity", "i": str(2**64), "o": "x"}


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_whatever_is_stated_can_be_recorded(values: dict[str, Any]) -> None:
    canonical(plain_values(values))


def test_a_file_is_described_as_it_is_now(tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_bytes(b"a,b\n")
    told = describe_thing(file, name=None, kind=None, role="input", sha256=None)
    assert told["size"] == 4
    file.write_bytes(b"c,d\n")
    assert (
        told["sha256"] != describe_thing(file, name=None, kind=None, role="", sha256=None)["sha256"]
    )


def test_a_uri_is_taken_at_its_word() -> None:
    told = describe_thing("s3://bucket/key", name=None, kind=None, role="input", sha256="a" * 64)
    assert told["uri"] == "s3://bucket/key"
    assert told["claimed"] == "a" * 64


def test_mistakes_are_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="cannot be read"):
        describe_thing(tmp_path / "none", name=None, kind=None, role="", sha256=None)
    with pytest.raises(UsageError, match="is a folder"):
        describe_thing(tmp_path, name=None, kind=None, role="", sha256=None)
    with pytest.raises(UsageError, match="not a SHA-256"):
        describe_thing("s3://x", name=None, kind=None, role="", sha256="v3")
