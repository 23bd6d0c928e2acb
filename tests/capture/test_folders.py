from hypothesis import given
from hypothesis import strategies as st

from whence.capture.folders import FOLDED_FROM, fold


def many(folder: str, count: int = FOLDED_FROM) -> list[str]:
    return [f"{folder}/{at:05}.png" for at in range(count)]


def test_a_few_files_stay_themselves() -> None:
    assert fold(["/p/b", "/p/a"]) == {"/p/a": ("/p/a",), "/p/b": ("/p/b",)}


def test_many_files_in_a_folder_are_one_thing() -> None:
    assert list(fold(many("/p/images"))) == ["/p/images"]


def test_what_lies_elsewhere_stays_itself() -> None:
    folded = fold([*many("/p/images"), "/p/labels.csv"])
    assert set(folded) == {"/p/images", "/p/labels.csv"}


def test_folders_side_by_side_are_their_parent() -> None:
    folded = fold([*many("/p/train/cat"), *many("/p/train/dog")])
    assert list(folded) == ["/p/train"]
    assert len(folded["/p/train"]) == 2 * FOLDED_FROM


def test_shards_below_a_folder_count_together() -> None:
    shards = [f"/p/data/{day:03}/part.csv" for day in range(FOLDED_FROM)]
    assert list(fold(shards)) == ["/p/data"]


def test_the_root_is_never_a_folder_of_data() -> None:
    files = [f"/{at}" for at in range(300)]
    assert len(fold(files)) == 300


@given(
    st.sets(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=5).map(
            lambda p: "/r/" + "/".join(p) + ".f"
        ),
        max_size=60,
    ),
    st.integers(2, 10),
)
def test_every_file_is_told_exactly_once(paths: set[str], threshold: int) -> None:
    folded = fold(paths, threshold)
    told = [path for files in folded.values() for path in files]
    assert sorted(told) == sorted(paths)
    for place, files in folded.items():
        assert tuple(files) == (place,) or all(path.startswith(place + "/") for path in files)
