from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import NotFoundError, StoreError
from whence.receipts.filing import file_all
from whence.receipts.reading import Wanted, find_receipt, list_receipts
from whence.receipts.receipt import Receipt, new_receipt_id, time_of, write_line
from whence.receipts.spool import FOLDER

DAY = 86_400_000
BEGIN = 1_770_000_000_000


def spool(folder: Path, *receipts: Receipt, name: str = "0") -> None:
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    path = folder / FOLDER / f"{name}.jsonl"
    path.write_bytes(b"".join(map(write_line, receipts)))


def receipt(milliseconds: int, model: str = "delay@3", **more: str) -> Receipt:
    return replace(Receipt(new_receipt_id(BEGIN + milliseconds), model), **more)  # type: ignore[arg-type]


PLANS = st.lists(
    st.tuples(
        st.integers(0, 3 * DAY),
        st.sampled_from(["a@1", "b@2"]),
        st.sampled_from(["eu", "us"]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(
    PLANS,
    st.sampled_from(["", "a@1"]),
    st.sampled_from(["", "eu"]),
    st.integers(0, 3 * DAY),
    st.integers(1, 12),
)
def test_what_is_listed_is_what_is_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
    plans: list[tuple[int, str, str, bool]],
    model: str,
    place: str,
    since: int,
    limit: int,
) -> None:
    folder = tmp_path_factory.mktemp("receipts")
    every = [(receipt(at, its, environment=where), filed) for at, its, where, filed in plans]
    spool(folder, *(each for each, filed in every if filed))
    file_all(folder)
    spool(folder, *(each for each, filed in every if not filed), name="1")
    moment = receipt(since).at
    wanted = Wanted(model=model, environment=place, since=moment)
    told = [each for each, _ in every if wanted.takes(each)]
    told = sorted(told, key=lambda each: each.id, reverse=True)[:limit]
    assert list_receipts([folder], wanted, limit) == told
    for each, _ in every[:2]:
        assert find_receipt([folder], each.id) == each


def test_what_was_filed_without_a_column_is_read_all_the_same(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    its = receipt(0)
    place = tmp_path / "model=delay@3" / f"day={its.day}"
    place.mkdir(parents=True)
    table = pa.table({"id": [its.id], "model": ["delay@3"], "added_later": [1]})
    parquet.write_table(table, place / "old.parquet")
    spool(tmp_path, receipt(1, request="q"))
    file_all(tmp_path)
    assert find_receipt([tmp_path], its.id) == its
    assert len(list_receipts([tmp_path], Wanted(), 9)) == 2


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    its = receipt(0)
    place = tmp_path / "model=delay@3" / f"day={its.day}"
    place.mkdir(parents=True)
    (place / "0.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(StoreError, match="cannot be read"):
        find_receipt([tmp_path], its.id)


def test_a_receipt_that_is_not_there_says_of_when_it_would_be(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="it would be of 2026-02-02"):
        find_receipt([tmp_path], receipt(0).id)
    for text in ("rcp_", "last", "rcp_" + "A" * 32, "../../etc/passwd"):
        with pytest.raises(NotFoundError, match="is no receipt"):
            find_receipt([tmp_path], text)


def test_a_clock_that_was_set_back_hides_nothing(tmp_path: Path) -> None:
    early = receipt(-DAY)
    spool(tmp_path, receipt(0), early, name=f"{BEGIN:012x}-aa")
    assert find_receipt([tmp_path], early.id) == early
    file_all(tmp_path)
    assert find_receipt([tmp_path], early.id) == early
    assert time_of(early.id).day == 1
