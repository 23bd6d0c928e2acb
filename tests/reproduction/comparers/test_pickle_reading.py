"""Pickles by their opcodes: everything that Python writes is understood, and nothing is run."""

import bz2
import collections
import datetime as dt
import decimal
import fractions
import gzip
import io
import lzma
import pathlib
import pickle
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline

from reproduction.pairs import compare
from whence.reproduction.comparers.harmless import HARMLESS
from whence.reproduction.comparers.pickle_reading import PickleFormatError, read_pickle
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Likeness

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
        | st.tuples(inner, inner, inner, inner)
        | st.tuples(inner)
        | st.sets(st.integers(), max_size=3)
        | st.frozensets(st.text(max_size=3), max_size=3)
    ),
    max_leaves=12,
)


def read(data: bytes) -> Any:
    return read_pickle(io.BytesIO(data))


@given(PLAIN, st.integers(0, 5), st.integers(0, 5))
def test_a_value_is_itself_at_every_protocol(value: Any, one: int, other: int) -> None:
    assert liken(read(pickle.dumps(value, one)), read(pickle.dumps(value, other))).exact


@given(PLAIN, PLAIN)
def test_values_that_differ_differ(one: Any, other: Any) -> None:
    found = liken(read(pickle.dumps(one)), read(pickle.dumps(other)))
    if one != other and "spelling" not in found.harmless:
        assert not found.exact


class Node:
    def __init__(self, **state: Any) -> None:
        self.__dict__.update(state)


class WithArgumentsError(Exception):
    pass


OBJECTS: list[Any] = [
    Node(a=1, b=[Node(c=2)]),
    collections.OrderedDict(a=1, b=2),
    collections.defaultdict(list, {"a": [1]}),
    collections.Counter("hello"),
    collections.deque([1, 2, 3], maxlen=4),
    dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
    decimal.Decimal("1.5"),
    fractions.Fraction(1, 3),
    pathlib.PurePosixPath("/a/b"),
    WithArgumentsError("said", 1),
    range(3),
    slice(1, 2),
    complex(1, 2),
    bytearray(b"x"),
    Ellipsis,
    len,
    Node,
    {Node(x=1): "key"},
    np.arange(6).reshape(2, 3),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.array(["a", "bc"]),
    np.array([b"a"]),
    np.array(["a", None, 3], dtype=object),
    np.array(["2026-01-01", "NaT"], dtype="M8[s]"),
    np.array([1], dtype="m8[ms]"),
    np.zeros(2, dtype=[("a", "u1"), ("b", "f8", (2,)), ("c", "U3")]),
    np.float32(1.5),
    np.str_("x"),
    np.dtype("f4"),
    np.random.default_rng(0),
    np.random.RandomState(0),
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.Categorical(["u", "v"])}),
    pd.Series([1.5], index=pd.to_datetime(["2026-01-01"])),
]


@pytest.mark.parametrize("value", OBJECTS, ids=lambda it: type(it).__name__)
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_what_programs_keep_is_understood(value: Any, protocol: int) -> None:
    data = pickle.dumps({"it": value}, protocol)
    found = liken(read(data), read(data))
    assert (found.exact, found.harmless) == (True, set())
    other = pickle.dumps({"it": [value, 1]}, protocol)
    assert not liken(read(data), read(other)).exact


@pytest.mark.parametrize("value", OBJECTS, ids=lambda it: type(it).__name__)
def test_joblibs_files_are_read_to_their_end(value: Any, tmp_path: Path) -> None:
    for at, packing in enumerate((0, 3)):
        for side, last in (("recorded", "end"), ("again", "other end")):
            (tmp_path / side).mkdir(exist_ok=True)
            joblib.dump([value, last], tmp_path / side / f"{at}.joblib", compress=packing)
        found = compare(tmp_path, f"{at}.joblib", (None, None), lambda _value, _path: None)
        assert found.likeness is Likeness.DIFFERENT
        assert "first at [1]: 'end' was, 'other end' is" in found.reason


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, zlib.compress],
    ids=lambda it: it.__module__,
)
def test_a_packed_pickle_is_unpacked(pack: Any, tmp_path: Path) -> None:
    plain, packed = pickle.dumps({"a": 1}), pack(pickle.dumps({"a": 1}, 2))
    found = compare(tmp_path, "model.pkl", (pickle.dumps({"a": 1}, 4), pack(plain)))
    assert found.likeness is Likeness.CANONICAL
    assert compare(tmp_path, "model.pkl", (plain, packed)).likeness is Likeness.CANONICAL


@pytest.mark.parametrize("packing", ["zlib", "gzip", "bz2", "lzma", "xz"])
def test_each_of_joblibs_packings_is_read(packing: str, tmp_path: Path) -> None:
    def write(value: Any, path: Path) -> None:
        joblib.dump(value, path, compress=(packing, 3))

    found = compare(tmp_path, "m.joblib", ([np.ones(2), 1], [np.ones(2), 2]), write)
    assert "first at [1]: 1 was, 2 is" in found.reason


@given(st.binary(max_size=60))
def test_noise_is_no_pickle_and_no_crash(data: bytes) -> None:
    with suppress(PickleFormatError):  # anything else is a crash
        read(data)


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_pickle_is_no_crash(at: int, byte: int) -> None:
    data = bytearray(pickle.dumps({"w": np.arange(9.0), "n": Node(a=1), "s": {1, 2}}))
    data[at % len(data)] = byte
    with suppress(PickleFormatError):
        liken(read(bytes(data)), read(bytes(data)))


def test_what_only_its_program_reads_is_said() -> None:
    with pytest.raises(PickleFormatError, match="EXT1"):
        read(b"\x80\x02\x82\x01.")
    with pytest.raises(PickleFormatError, match="not readable as a pickle"):
        read(b"\x80\x04K")


X = np.random.default_rng(0).normal(size=(200, 4))
Y = (X[:, 0] > 0).astype(int)


def test_the_number_of_threads_and_addresses_are_harmless(tmp_path: Path) -> None:
    def forest(jobs: int) -> Any:
        return RandomForestClassifier(5, random_state=0, n_jobs=jobs).fit(X, Y)

    found = compare(tmp_path, "m.joblib", (forest(1), forest(2)), joblib.dump)
    assert (found.likeness, found.harmless) == (Likeness.CANONICAL, (HARMLESS["threads"].what,))

    def words(address: int) -> Any:
        model = make_pipeline(TfidfVectorizer(stop_words="english"), SGDClassifier(random_state=0))
        model.fit(["a cat sat", "the dog ran"] * 5, [0, 1] * 5)
        model[0]._stop_words_id = address
        return model

    found = compare(tmp_path, "t.joblib", (words(1), words(2)), joblib.dump)
    assert found.harmless == (HARMLESS["memory-address"].what,)


def test_sharing_is_harmless(tmp_path: Path) -> None:
    shared = "a text that is long enough"
    one = pickle.dumps([shared, shared])
    other = pickle.dumps([shared, "".join(list(shared))])
    found = compare(tmp_path, "m.pkl", (one, other))
    assert (found.likeness, found.harmless) == (Likeness.CANONICAL, (HARMLESS["sharing"].what,))


def test_another_seed_is_no_harmless_difference(tmp_path: Path) -> None:
    models = [
        HistGradientBoostingClassifier(max_iter=3, random_state=it).fit(X, Y) for it in (0, 1)
    ]
    found = compare(tmp_path, "m.joblib", (models[0], models[1]), joblib.dump)
    assert found.likeness is Likeness.DIFFERENT
    assert "random_state: 0 was, 1 is" in found.reason


def test_weights_within_tolerance_are_values(tmp_path: Path) -> None:
    models = [LogisticRegression().fit(X, Y) for _ in range(2)]
    models[1].coef_ *= 1 + 1e-13
    found = compare(tmp_path, "m.joblib", (models[0], models[1]), joblib.dump)
    assert found.likeness is Likeness.VALUES
    assert 0 < found.detail["largest_difference"] < 1e-12
    assert "coef_[0, 0]" in found.reason
