"""The table of differences that say nothing about what a file means.

What stands here is masked before anything else is compared, and named in the verdict. The guide
``docs/guides/verdicts.md`` shows this table, and a test holds it to this file.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Harmless:
    """One kind of difference that says nothing."""

    key: str
    formats: str
    what: str
    """As a phrase: what differs."""
    because: str
    """Why that says nothing."""
    source: str
    """Where it is known from."""
    names: frozenset[str] = frozenset()
    """Attributes, keys or members that hold it; none: it lies in how a format is written."""
    fits: Callable[[Any, Any], bool] = lambda _recorded, _again: True
    """Whether two values under such a name look like it."""


def _both_text(recorded: Any, again: Any) -> bool:
    return isinstance(recorded, str) and isinstance(again, str)


def _both_whole(recorded: Any, again: Any) -> bool:
    return isinstance(recorded, int | None) and isinstance(again, int | None)


_MOMENT = re.compile(
    r"(\d{4}[-/]?\d\d[-/]?\d\d|\w{3},? \w{3} +\d+|\w{3}, \d+ \w{3} \d{4})[T@_ -]+\d\d:?\d\d.*"
)
"""With the time of the day: a mere date is more often a parameter than a time stamp."""

_EPOCH = range(946_684_800, 4_102_444_800)
"""Seconds from 2000 to 2100."""


def _is_moment(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_MOMENT.fullmatch(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return any(value / unit < _EPOCH.stop and value / unit >= _EPOCH.start for unit in _UNITS)
    return getattr(value, "what", "").endswith(("datetime.datetime", "_unpickle_timestamp"))


_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)


def _both_moments(recorded: Any, again: Any) -> bool:
    return _is_moment(recorded) and _is_moment(again)


def _both_numbers(recorded: Any, again: Any) -> bool:
    """Numbers, or arrays of them."""

    def fits(value: Any) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number or str(getattr(value, "dtype", ""))[1:2] == "f"

    return fits(recorded) and fits(again)


def _both_paths(recorded: Any, again: Any) -> bool:
    return (
        isinstance(recorded, str)
        and isinstance(again, str)
        and recorded.startswith("/")
        and again.startswith("/")
    )


_VERSION = re.compile(r"v?\d+(\.\w+)+\S*")


def _is_version(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return len(value) == 3 and all(type(it) is int for it in value)
    return isinstance(value, str) and bool(_VERSION.fullmatch(value))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HARMLESS = {
    row.key: row
    for row in (
        Harmless(
            "archive-times",
            "zip, npz, torch, keras, skops, tar, gzip",
            "times, owners, order or packing of an archive's members",
            "they tell when and by whom it was packed, not what is in it",
            "APPNOTE.TXT 4.4.6, RFC 1952 section 2.3.1 (MTIME), POSIX pax",
        ),
        Harmless(
            "key-order",
            "json, pickle, safetensors, ubj",
            "the order of keys",
            "objects of JSON and dictionaries of Python are found by key",
            "RFC 8259 section 1; Python: dicts are equal whatever their order",
        ),
        Harmless(
            "set-order",
            "pickle",
            "the order of a set",
            "it follows from PYTHONHASHSEED; sets are equal whatever their order",
            "Python, object.__hash__",
        ),
        Harmless(
            "spelling",
            "json, csv, text models",
            "how numbers or texts are spelled: 0.10 for 0.1, escapes, spaces, line ends, quotes",
            "the values are equal",
            "RFC 8259 section 6; RFC 4180",
        ),
        Harmless(
            "sharing",
            "pickle, joblib, torch",
            "which equal values a pickle writes once and refers to, its framing and protocol",
            "the loaded objects are equal; joblib's batches change it from run to run",
            "measured: trees fitted by joblib.Parallel; PEP 3154",
        ),
        Harmless(
            "table-packing",
            "parquet, arrow, csv",
            "how a table is packed: row groups, compression, encodings, the writer's name",
            "the cells are equal, in the same order",
            "Parquet, File Format: created_by; Arrow, IPC file format",
        ),
        Harmless(
            "library-packing",
            "catboost, keras, hdf5, xgboost",
            "what a library writes beside a model's numbers: settings, sizes, times",
            "every number and name that its own reader finds is equal",
            "measured: CatBoost's files, pickled XGBoost models with other n_jobs",
        ),
        Harmless(
            "image-packing",
            "png, jpeg",
            "how a picture is packed: compression, texts and times beside the pixels",
            "the pixels are equal; matplotlib writes its version into each picture",
            "PNG (ISO/IEC 15948) 11.3: ancillary chunks; JPEG: APPn and COM segments",
        ),
        Harmless(
            "padding",
            "pickle, npy",
            "bytes between the fields of a record that belong to none",
            "nobody wrote them: what was in memory",
            "numpy, structured arrays with align=True: nodes of scikit-learn's trees",
        ),
        Harmless(
            "memory-address",
            "pickle, skops, keras",
            "an address in memory",
            "it is another in every process; scikit-learn's text vectorisers keep one",
            "measured: TfidfVectorizer is never equal in bytes",
            _words("_stop_words_id __id__ shared_object_id"),
            _both_whole,
        ),
        Harmless(
            "threads",
            "pickle, LightGBM, XGBoost",
            "the number of threads",
            "it is how fast a model was made; what it may change in sums is compared apart",
            "measured: HistGradientBoosting keeps n_threads, LightGBM writes num_threads",
            _words(
                "n_threads n_jobs nthread num_threads thread_count _n_threads"
                " intra_op_num_threads inter_op_num_threads"
            ),
            _both_whole,
        ),
        Harmless(
            "moment",
            "json, pickle, keras, onnx, safetensors",
            "the moment when it was made",
            "no two runs have the same",
            "measured; keras: date_saved in metadata.json",
            _words(
                "created created_at creation_date creation_time date date_saved datetime finished"
                " finished_at modified_at now saved_at started started_at time timestamp"
                " train_finish_time trained_at updated updated_at"
            ),
            _both_moments,
        ),
        Harmless(
            "duration",
            "json, pickle",
            "how long it took",
            "it depends on what else the machine did",
            "scikit-learn: refit_time_, cv_results_; every logger of epochs",
            _words(
                "elapsed elapsed_s elapsed_seconds elapsed_time epoch_time fit_seconds fit_time"
                " mean_fit_time mean_score_time refit_time_ runtime score_time std_fit_time"
                " std_score_time train_seconds train_time training_seconds training_time wall_time"
            ),
            _both_numbers,
        ),
        Harmless(
            "place",
            "json, pickle",
            "the folder in which it was made",
            "a run that is done again is done in a folder of its own",
            "measured: a working directory kept inside a pickle",
            _words(
                "base_dir cwd out_dir output_dir project_dir root_dir save_dir train_dir work_dir"
                " workdir working_directory"
            ),
            _both_paths,
        ),
        Harmless(
            "writer",
            "pickle, keras, onnx, XGBoost, skops, torch",
            "the version of the library that wrote the file",
            "the packages are compared by themselves",
            "scikit-learn: _sklearn_version; keras: keras_version; ONNX: producer_version",
            _words("_sklearn_version _pandas_version keras_version producer_version version"),
            lambda recorded, again: _is_version(recorded) and _is_version(again),
        ),
        Harmless(
            "host",
            "json, pickle",
            "the machine, the user or the process that made it",
            "they are compared by themselves",
            "every logger; the record tells the machine",
            _words("host hostname pid process_id username"),
            lambda recorded, again: _both_text(recorded, again) or _both_whole(recorded, again),
        ),
        Harmless(
            "unique-name",
            "keras, catboost, onnx, json",
            "a name drawn at random for this one file",
            "it is drawn anew each time",
            "CatBoost: model_guid; skl2onnx: the graph's name",
            _words("model_guid graph_name guid uuid run_id"),
            _both_text,
        ),
        Harmless(
            "parameters-section",
            "LightGBM",
            "the list of parameters after a LightGBM model's trees",
            "it is what training was told; prediction does not read it",
            "LightGBM, gbdt_model_text.cpp: parameters … end of parameters",
        ),
        Harmless(
            "remarks",
            "onnx, safetensors",
            "remarks beside a model: doc strings, metadata",
            "nothing reads them to predict; exporters write paths and traces into them",
            "ONNX IR: doc_string, metadata_props; safetensors: __metadata__",
            _words("doc_string metadata_props __metadata__"),
        ),
        Harmless(
            "document-times",
            "svg, pdf",
            "times and drawn names in a drawing: CreationDate, dc:date, ids of clip paths",
            "matplotlib writes the moment, and names drawn at random unless svg.hashsalt is set",
            "matplotlib, backend_svg.py, backend_pdf.py; ISO 32000-1 14.3.3, 14.4",
        ),
        Harmless(
            "renamed-module",
            "pickle",
            "a module that was renamed: numpy.core to numpy._core",
            "one is the other",
            "numpy 2.0 release notes",
        ),
    )
}
"""Key → row, in the order of the guide."""

_BY_NAME = {name: row for row in HARMLESS.values() for name in row.names}


def named(name: str, recorded: Any, again: Any) -> Harmless | None:
    """The row by which two values that differ under a name say nothing; ``None``: they do."""
    row = _BY_NAME.get(name)
    return row if row is not None and row.fits(recorded, again) else None


_RENAMED = (("numpy.core.", "numpy._core."),)


def renamed(name: str) -> str:
    """What a module's member is called today."""
    for old, new in _RENAMED:
        if name.startswith(old):
            return new + name[len(old) :]
    return name
