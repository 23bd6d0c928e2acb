import base64
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whence.capture.agent as room

KEY = "5f" * 16


def load() -> Any:
    """The module as it is loaded in a user's process, under a name of its own."""
    (folder,) = room.__path__
    spec = importlib.util.spec_from_file_location(
        "rows_under_test", Path(folder) / "inside" / "_whence_rows.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ROWS = load()


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as context:
        context.setenv("WHENCE_ROWS_KEY", KEY)
        yield


def hashes(thing: Any) -> set[int]:
    count, made = ROWS.sketch(thing)
    found = np.frombuffer(made, "<u8")
    assert count >= len(found)
    assert (np.sort(found) == found).all()
    return set(found.tolist())


def mixed(count: int = 300) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "whole": np.arange(count),
            "real": np.arange(count) / 7,
            "text": [None if at % 5 == 0 else f"name {at % 11}" for at in range(count)],
            "long": ["ä" * 80 + str(at % 3) for at in range(count)],
            "truth": np.arange(count) % 2 == 0,
            "kind": pd.Categorical(["uvw"[at % 3] for at in range(count)]),
            "time": pd.date_range("2020-01-01", periods=count, freq="h"),
        }
    )


def test_equal_rows_are_equal_in_every_container() -> None:
    frame = mixed()
    first = hashes(frame)
    assert len(first) == len(frame)
    assert hashes(pl.from_pandas(frame)) == first
    assert hashes(pa.Table.from_pandas(frame)) == first
    assert hashes(frame.astype({"whole": float, "truth": object, "kind": object})) == first
    assert hashes(frame.astype({"whole": "Int64", "time": "datetime64[ns]"})) == first
    numbers = frame[["whole", "real"]]
    assert hashes(numbers) == hashes(numbers.to_numpy()) == hashes(np.asfortranarray(numbers))
    assert hashes(frame[["whole"]].to_numpy().astype(np.float32)) == hashes(frame[["whole"]])
    assert hashes(numbers.to_numpy().tolist()) == hashes(numbers)


def test_part_of_the_rows_has_part_of_the_hashes() -> None:
    frame = mixed()
    assert hashes(frame.iloc[100:]) < hashes(frame)
    assert hashes(frame.sample(frac=1, random_state=3)) == hashes(frame)
    assert hashes(frame.iloc[:100]).isdisjoint(hashes(frame.iloc[100:]))


def test_columns_in_another_order_are_other_rows() -> None:
    frame = mixed()[["whole", "real"]].iloc[1:]
    assert hashes(frame).isdisjoint(hashes(frame[["real", "whole"]]))
    assert hashes(frame).isdisjoint(hashes(frame.assign(zero=0)))


def test_another_key_gives_other_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = hashes(np.eye(9))
    monkeypatch.setenv("WHENCE_ROWS_KEY", "77" * 16)
    assert hashes(np.eye(9)).isdisjoint(before)
    for none in ("", "no number"):
        monkeypatch.setenv("WHENCE_ROWS_KEY", none)
        assert ROWS.sketch(np.eye(3)) is None


def test_sparse_matrices_are_hashed_as_dense_ones() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    dense = np.zeros((200, 50))
    dense[np.arange(200), np.arange(200) % 50] = np.arange(1, 201)
    dense[::7] = 0
    assert hashes(sparse.csr_matrix(dense)) == hashes(sparse.csc_matrix(dense)) == hashes(dense)


def test_missing_is_missing_and_zero_is_zero() -> None:
    quiet = np.array([[np.nan, 0.0]])
    loud = np.array([[0x7FF0000000000001, 1 << 63]], dtype=np.uint64).view(np.float64)
    assert hashes(quiet) == hashes(loud) == hashes(pd.DataFrame({"a": [None], "b": [0]}))


def test_a_large_object_has_a_small_sketch_of_its_smallest_hashes() -> None:
    many = np.arange(40_000.0).reshape(-1, 2)
    count, made = ROWS.sketch(many)
    assert (count, len(made)) == (20_000, 8 * ROWS.K)
    half = hashes(many[::2])
    whole = hashes(many)
    assert {each for each in half if each <= max(whole)} <= whole
    assert len(hashes(np.tile(many[:10], (900, 1)))) == 10


def test_of_huge_objects_evenly_strided_rows_are_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ROWS, "MOST_CELLS", 1_000)
    many = np.arange(5_000.0).reshape(-1, 5)
    told = ROWS.rows(many)
    assert (told["count"], told["of"]) == (1_000, 200)
    whole = {int(each) for each in np.frombuffer(base64.b64decode(told["sketch"]), "<u8")}
    monkeypatch.undo()
    monkeypatch.setenv("WHENCE_ROWS_KEY", KEY)
    assert whole == hashes(many[::5])


def test_what_has_no_rows_has_no_sketch() -> None:
    for none in (3, "text", None, {}, np.zeros((0, 3)), np.array(3.0), pd.DataFrame(), object()):
        assert ROWS.sketch(none) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=60))
def test_different_rows_have_different_hashes(cells: list[list[int]]) -> None:
    assert len(hashes(np.array(cells))) == len({tuple(row) for row in cells})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=90), min_size=1, max_size=40))
def test_different_texts_have_different_hashes(texts: list[str]) -> None:
    assert len(hashes(pd.DataFrame({"a": pd.Series(texts, dtype=object)}))) == len(set(texts))
