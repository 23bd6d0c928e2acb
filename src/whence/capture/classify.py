"""What a file is to a run: data, code, configuration …, by tables on its name and use."""

import os
from collections.abc import Mapping
from types import MappingProxyType

from whence.model.node import NodeKind

CODE_SUFFIXES = frozenset(
    ".py .pyw .pyi .pyx .ipynb .r .rmd .jl .sh .bash .zsh .fish .pl .rb .lua .js .mjs .cjs .ts "
    ".scala .java .kt .go .rs .c .h .cc .cpp .hpp .cu .cuh .f90 .m .sas .do .sql .awk .mk "
    ".cmake .nf .smk .wdl .cwl .so .pyd .jar .class".split()
)
"""Source, and what is made of source and loaded as code."""

CODE_NAMES = frozenset({"makefile", "gnumakefile", "dockerfile", "snakefile", "justfile"})

CONFIG_SUFFIXES = frozenset(".yaml .yml .toml .ini .cfg .conf .env .properties".split())
"""Files that steer a run; JSON counts when it is small and read (``configfiles``)."""

KINDS: Mapping[str, NodeKind] = MappingProxyType(
    {
        **dict.fromkeys(
            ".pkl .pickle .joblib .pt .pth .ckpt .safetensors .onnx .h5 .hdf5 .keras .pb .tflite "
            ".bst .ubj .cbm .lgb .gguf .ggml .mlmodel .skops .dill .cloudpickle .bin".split(),
            NodeKind.MODEL,
        ),
        **dict.fromkeys(
            ".csv .tsv .parquet .pq .arrow .feather .ipc .jsonl .ndjson .orc .avro .npy .npz .db "
            ".sqlite .duckdb .xlsx .xls .dta .sav .rds .rda .txt .gz .zst .bz2 .xz .zip .tar "
            ".png .jpg .jpeg .tif .tiff .wav .mp3 .mp4 .zarr .tfrecord .json".split(),
            NodeKind.DATASET,
        ),
        **dict.fromkeys(".md .rst .html .pdf .log .tex .docx .svg .eps".split(), NodeKind.DOCUMENT),
        **dict.fromkeys(".faiss .annoy .hnsw .index .idx".split(), NodeKind.INDEX),
        **dict.fromkeys(".prompt .jinja .j2".split(), NodeKind.PROMPT),
        **dict.fromkeys(CONFIG_SUFFIXES, NodeKind.CONFIG),
    }
)
"""The kind of artifact that a suffix tells of; everything else is a dataset."""

WRITTEN_KINDS: Mapping[str, NodeKind] = MappingProxyType(
    {
        ".png": NodeKind.DOCUMENT,
        ".jpg": NodeKind.DOCUMENT,
        ".txt": NodeKind.DOCUMENT,
        **dict.fromkeys(CODE_SUFFIXES - {".so", ".pyd", ".jar", ".class"}, NodeKind.CODE),
    }
)
"""Where what a run *writes* means something else than what it reads: a plot is no dataset."""

EVALUATION_WORDS = ("metric", "score", "eval", "report", "result", "confusion")
"""Words in the name of a small written JSON, CSV or YAML file that tell of an evaluation."""

MODEL_WORDS = ("model", "weights", "checkpoint", "booster")
"""Words in the name of a JSON or text file that tell of a model, as boosters are kept."""

_SILENT_SUFFIXES = frozenset({".json", ".txt"})

TRACKING_FOLDERS = frozenset(
    (
        "mlruns mlartifacts wandb .hydra lightning_logs .neptune .aim .dvc .clearml .trackio "
        ".ray dask-scratch-space .snakemake"
    ).split()
)
"""Folders in which other tools keep their own records of a run: neither data nor results."""

GIT_FILES = frozenset({".gitignore", ".gitattributes", ".gitmodules", ".mailmap"})
"""What git itself reads when a program asks it for a commit: no input of that program."""

CREDENTIAL_FOLDERS = frozenset({".aws", ".azure", ".ssh", ".gnupg", ".kube", ".docker", "gcloud"})
CREDENTIAL_FILES = frozenset(
    ".netrc _netrc .pgpass .pg_service.conf .my.cnf .boto .s3cfg .git-credentials .npmrc .pypirc "
    "application_default_credentials.json kaggle.json".split()
)
"""Who somebody is and what they may do: no data, and nothing to take a digest of."""

TRACKING_PREFIXES = ("mlflow.db",)

TRACKING_PLACES = ("/.config/mlflow/", "/huggingface/trackio/")
"""Parts of paths where trackers keep things of their own in the user's home."""

EVENT_FILE = "events.out.tfevents."
"""How the names of TensorBoard's files begin: what a run measured, in folders that people name."""


def is_code(path: str) -> bool:
    """Whether a path names source or something that is loaded as code."""
    name = os.path.basename(path).lower()
    return os.path.splitext(name)[1] in CODE_SUFFIXES or name in CODE_NAMES


def is_config(path: str) -> bool:
    """Whether a path names a file that steers programs."""
    name = os.path.basename(path).lower()
    return name == ".env" or os.path.splitext(name)[1] in CONFIG_SUFFIXES


def is_tracking(path: str) -> bool:
    """Whether a file belongs to the records of another tracker, git among them."""
    *folders, name = path.split("/")
    return (
        any(part in path for part in TRACKING_PLACES)
        or not TRACKING_FOLDERS.isdisjoint(folders)
        or name.startswith(TRACKING_PREFIXES)
        or name in GIT_FILES
    )


def is_credential(path: str) -> bool:
    """Whether a file tells who the user is to some service."""
    *folders, name = path.split("/")
    return name in CREDENTIAL_FILES or not CREDENTIAL_FOLDERS.isdisjoint(folders)


def is_package_metadata(path: str) -> bool:
    """Whether a file describes an installed package, wherever that lies: environment, no data."""
    return any(each.endswith((".dist-info", ".egg-info")) for each in path.split("/")[:-1])


def kind_read(path: str) -> NodeKind:
    """What kind of artifact a file is that a run read."""
    suffix = _suffix(path)
    return NodeKind.MODEL if _is_model(path, suffix) else KINDS.get(suffix, NodeKind.DATASET)


def kind_written(path: str) -> NodeKind:
    """What kind of artifact a file is that a run wrote."""
    suffix = _suffix(path)
    name = os.path.basename(path).lower()
    if name.startswith(EVENT_FILE):
        return NodeKind.EVALUATION
    if suffix in {".json", ".csv", ".yaml", ".yml"} and any(
        word in name for word in EVALUATION_WORDS
    ):
        return NodeKind.EVALUATION
    if _is_model(path, suffix):
        return NodeKind.MODEL
    return WRITTEN_KINDS.get(suffix) or KINDS.get(suffix, NodeKind.DATASET)


def _is_model(path: str, suffix: str) -> bool:
    name = os.path.basename(path).lower()
    return suffix in _SILENT_SUFFIXES and any(word in name for word in MODEL_WORDS)


def _suffix(path: str) -> str:
    """The telling suffix: that of the content, where it is compressed."""
    stem, suffix = os.path.splitext(path.lower())
    if suffix in {".gz", ".zst", ".bz2", ".xz"}:
        return os.path.splitext(stem)[1] or suffix
    return suffix
