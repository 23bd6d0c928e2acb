from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive_rows import count_keyed, taken, written
from whence.rows import joining as room
from whence.rows.change import RowChange
from whence.rows.compare import compare

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), max_size=14)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@given(some=ROWS, others=ROWS, rows_at_once=st.integers(1, 9))
@settings(max_examples=12, deadline=None)
def test_parts_join_to_the_whole(
    folder: Path, some: list[tuple[int, int]], others: list[tuple[int, int]], rows_at_once: int
) -> None:
    found = [
        taken(written(folder, "n,x\n" + "".join(f"{n},{x}\n" for n, x in rows), name), ["n"])
        for name, rows in (("a.csv", some), ("b.csv", others))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_ROWS_AT_ONCE", rows_at_once)
        change = compare(found[0], found[1])
    assert change.rows == count_keyed(some, others)


def test_changed_columns_and_segments_are_counted(tmp_path: Path) -> None:
    def text(rows: range, price: int) -> str:
        cells = (
            f"{at},{at % 10},{at + price * (at % 10 == 3)},{at // 2 + (at == 3)}\n" for at in rows
        )
        return "id,kind,price,other\n" + "".join(cells)

    old = taken(written(tmp_path, text(range(1000), 0), "a.csv"))
    change = compare(old, taken(written(tmp_path, text(range(900), 5), "b.csv")))
    assert change.rows is not None
    assert (change.rows.changed, change.rows.removed) == (90, 100)
    assert change.columns_changed == (("price", 90),)
    assert [each.sentence() for each in change.segments] == [
        "changed rows: all have `kind` = 3 (10 % of all rows do)"
    ]


def test_of_a_key_with_several_rows_what_is_left_on_both_sides_has_changed(tmp_path: Path) -> None:
    some = [(1, 0), (1, 1), (1, 1), (2, 5), (3, 5)]
    others = [(1, 1), (1, 2), (2, 6), (4, 5), (4, 5)]
    found = [
        taken(written(tmp_path, "n,x\n" + "".join(f"{n},{x}\n" for n, x in rows), name), ["n"])
        for name, rows in (("a.csv", some), ("b.csv", others))
    ]
    change = compare(found[0], found[1])
    assert change.rows == count_keyed(some, others)
    assert change.columns_changed == (("x", 2),)


def test_a_key_of_few_values_does_not_multiply_rows(tmp_path: Path) -> None:
    """Joined as they stand, these would be 30 million pairs."""
    texts = ["n,x\n" + "".join(f"{at % 3},{at + add}\n" for at in range(9000)) for add in (0, 9)]
    found = [
        taken(written(tmp_path, text, name), ["n"])
        for name, text in zip(("a.csv", "b.csv"), texts, strict=True)
    ]
    assert compare(found[0], found[1]).rows == RowChange(
        added=0, removed=0, changed=9, unchanged=8991
    )
