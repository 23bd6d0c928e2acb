"""Hugging Face datasets: where tables came from, what was made of them, where they went."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_MADE = (
    "map", "filter", "select", "shuffle", "sort", "shard", "skip", "take", "repeat", "flatten",
    "remove_columns", "rename_column", "rename_columns", "select_columns", "add_column", "add_item",
    "cast", "cast_column", "class_encode_column", "flatten_indices", "with_format",
    "with_transform", "train_test_split", "to_iterable_dataset", "batch",
)  # fmt: skip
_READERS = ("from_csv", "from_json", "from_parquet", "from_text", "from_file")
_TAKEN = ("from_pandas", "from_polars", "from_dict", "from_list")
_GIVEN = ("to_pandas", "to_polars")
_WRITERS = ("to_csv", "to_json", "to_parquet")
_SETTINGS = {
    "train_test_split": ("test_size", "train_size", "shuffle", "seed", "stratify_by_column"),
    "shuffle": ("seed",),
}


def hooks(watch: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    tables = _Tables(watch)
    return {
        "datasets.arrow_dataset": tables.on_dataset,
        "datasets.iterable_dataset": tables.on_iterable,
        "datasets.builder": tables.on_builder,
        "datasets.combine": tables.on_combine,
        "datasets.load": tables.on_load,
        "datasets.dataset_dict": tables.on_dictionary,
    }


class _Tables:
    """The tables of this process."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.kind = None

    # ------------------------------------------------------------------ tables

    def tell(self, table: Any, split: Any = "") -> Any:
        """Give a table its number, with rows, columns and the library's own fingerprint."""
        facts: dict[str, Any] = {"type": "datasets.%s" % type(table).__name__}
        features = getattr(table, "features", None)
        if features:
            facts["columns"] = list(features)[:200]
            facts["schema"] = {
                name: str(getattr(each, "dtype", type(each).__name__))
                for name, each in list(features.items())[:200]
            }
        rows = getattr(table, "num_rows", None)
        if isinstance(rows, int):
            facts["shape"] = [rows, len(facts.get("columns", ()))]
        fingerprint = getattr(table, "_fingerprint", None)
        if isinstance(fingerprint, str):
            facts["fingerprint"] = fingerprint
        if split:
            facts["split"] = split
        return self.watch.object(table, "table", **facts)

    def parts(self, value: Any) -> Any:
        """The tables in what a call gave: itself, or those of a dictionary, with their names."""
        if isinstance(value, dict):
            return [(name, each) for name, each in value.items() if hasattr(each, "features")]
        return [("", value)] if hasattr(value, "features") else []

    def on_dataset(self, module: Any) -> None:
        kind = self.kind = module.Dataset
        wrap = self.watch.wrap
        self.wrap_made(kind)
        for name in _READERS:
            wrap(kind, name, after=self.after_reader(name), outermost=True)
        for name in _TAKEN:
            wrap(kind, name, after=self.after_taken(name), outermost=True)
        for name in _GIVEN:
            wrap(kind, name, after=self.after_given(name), outermost=True)
        for name in _WRITERS:
            wrap(kind, name, after=self.after_writer(name), outermost=True)
        wrap(kind, "save_to_disk", after=self.after_disk, outermost=True)
        wrap(kind, "push_to_hub", after=self.after_push, outermost=True)

    def on_iterable(self, module: Any) -> None:
        self.wrap_made(module.IterableDataset)

    def wrap_made(self, kind: Any) -> None:
        for name in _MADE:
            if name in vars(kind):
                self.watch.wrap(kind, name, after=self.after_made(name), outermost=True)

    def after_made(self, name: Any) -> Any:
        def after(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
            source = args[0]
            if result is source:
                return
            if self.watch.known(source) is None:
                self.tell(source)
            self.tell_settings(name, kwargs)
            outputs = {}
            for part, table in self.parts(result):
                if table is source:
                    continue
                self.tell(table, part)
                split = {"split": part} if name == "train_test_split" else {}
                rows = getattr(table, "num_rows", None)
                how = "%s[%s]" % (name, part) if part else name
                self.watch.derived(table, [source], how, rows=rows, **split)
                outputs[part or "result"] = table
            if name == "train_test_split":
                self.watch.step(
                    "split", "Dataset.%s" % name, inputs={"data": source}, outputs=outputs
                )

        return after

    def tell_settings(self, name: Any, kwargs: Any) -> None:
        if name not in _SETTINGS or self.watch.user() is None:
            return
        values = {each: kwargs[each] for each in _SETTINGS[name] if kwargs.get(each) is not None}
        if values:
            self.watch.parameters("Dataset.%s" % name, values, source="datasets")

    # ------------------------------------------------------------ in and out

    def after_reader(self, name: Any) -> Any:
        def after(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
            given = args[1] if len(args) > 1 else next(iter(kwargs.values()))
            for _, table in self.parts(result):
                self.tell(table)
                for each in _paths(given):
                    self.watch.read(table, each, "Dataset.%s" % name)

        return after

    def after_taken(self, name: Any) -> Any:
        def after(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
            given = args[1] if len(args) > 1 else next(iter(kwargs.values()), None)
            self.tell(result)
            sources = list(given.values()) if isinstance(given, dict) else [given]
            self.watch.derived(result, sources[:100], "Dataset.%s" % name)

        return after

    def after_given(self, name: Any) -> Any:
        def after(_token: Any, args: Any, _kwargs: Any, result: Any) -> None:
            if hasattr(result, "shape"):
                facts = {"shape": list(result.shape), "columns": list(result.columns)[:200]}
                self.watch.object(result, "table", **facts)
                if self.watch.known(args[0]) is None:
                    self.tell(args[0])
                self.watch.derived(result, [args[0]], "Dataset.%s" % name)

        return after

    def after_writer(self, name: Any) -> Any:
        def after(_token: Any, args: Any, kwargs: Any, _result: Any) -> None:
            given = args[1] if len(args) > 1 else kwargs.get("path_or_buf")
            self.tell(args[0])
            for each in _paths(given):
                self.watch.wrote(args[0], each, "Dataset.%s" % name)

        return after

    def after_disk(self, _token: Any, args: Any, kwargs: Any, _result: Any) -> None:
        given = args[1] if len(args) > 1 else kwargs.get("dataset_path")
        self.tell(args[0])
        for each in _inside(given):
            self.watch.wrote(args[0], each, "Dataset.save_to_disk")

    def after_push(self, _token: Any, args: Any, kwargs: Any, result: Any) -> None:
        repo = args[1] if len(args) > 1 else kwargs.get("repo_id")
        commit = getattr(result, "oid", None) or "main"
        self.tell(args[0])
        self.watch.wrote(args[0], "hf://datasets/%s@%s" % (repo, commit), "Dataset.push_to_hub")

    def on_dictionary(self, module: Any) -> None:
        """A dictionary of tables writes each by itself; the list of them is a file of its own."""

        def before(args: Any, kwargs: Any) -> Any:
            given = args[1] if len(args) > 1 else kwargs.get("dataset_dict_path")
            return list(args[0].values()), given

        def after(token: Any, _args: Any, _kwargs: Any, _result: Any) -> None:
            tables, given = token
            for table in tables[:50]:
                self.tell(table)
            named = os.path.join(os.fspath(given), "dataset_dict.json")
            if os.path.isfile(named):
                for table in tables[:50]:
                    self.watch.wrote(table, named, "DatasetDict.save_to_disk")

        self.watch.wrap(module.DatasetDict, "save_to_disk", before=before, after=after)

    def on_builder(self, module: Any) -> None:
        def after(_token: Any, args: Any, _kwargs: Any, result: Any) -> None:
            builder = args[0]
            files = getattr(builder.config, "data_files", None) or {}
            for part, table in self.parts(result):
                split = part or str(getattr(table, "split", "") or "")
                self.tell(table, split if part or len(files) > 1 else "")
                found = files.get(split.partition("[")[0].partition("+")[0]) if files else None
                self.tell_source(table, builder, found)

        self.watch.wrap(module.DatasetBuilder, "as_dataset", after=after, outermost=True)
        self.watch.wrap(module.DatasetBuilder, "as_streaming_dataset", after=after, outermost=True)

    def tell_source(self, table: Any, builder: Any, files: Any) -> None:
        """The files that a builder made a table of, or the repository that names them."""
        repo = getattr(builder, "repo_id", None)
        facts = {"repo": repo, "revision": getattr(builder, "hash", None) if repo else None}
        facts["config"] = builder.config.name
        for each in list(files or ())[:500]:
            self.watch.read(table, _plain_path(str(each)), "load_dataset", **facts)
        if not files and repo:
            self.watch.read(table, "hf://datasets/%s" % repo, "load_dataset", **facts)

    def on_combine(self, module: Any) -> None:
        for name in ("concatenate_datasets", "interleave_datasets"):
            self.watch.wrap(module, name, after=self.after_combined(name), outermost=True)

    def after_combined(self, name: Any) -> Any:
        def after(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
            given = args[0] if args else next(iter(kwargs.values()))
            for _, table in self.parts(result):
                self.tell(table)
                self.watch.derived(table, list(given), name)

        return after

    def on_load(self, module: Any) -> None:
        def after(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
            given = args[0] if args else kwargs.get("dataset_path")
            for part, table in self.parts(result):
                self.tell(table, part)
                folder = os.path.join(os.fspath(given), part) if part else given
                for each in _inside(folder):
                    self.watch.read(table, each, "load_from_disk")

        self.watch.wrap(module, "load_from_disk", after=after, outermost=True)


def _paths(given: Any) -> Any:
    """The paths in an argument that may be one, several, or several by split."""
    if isinstance(given, (str, os.PathLike)):
        return [_plain_path(os.fspath(given))]
    if isinstance(given, dict):
        return [path for each in given.values() for path in _paths(each)]
    if isinstance(given, (list, tuple)):
        return [path for each in given for path in _paths(each)]
    name = getattr(given, "name", None)
    return [name] if isinstance(name, str) else []


def _plain_path(text: Any) -> Any:
    return text[len("file://") :] if text.startswith("file://") else text


def _inside(given: Any) -> Any:
    """The files that a table is saved as."""
    folder = os.fspath(given)
    if "://" in folder:
        return [folder]
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    files = [os.path.join(folder, name) for name in names if name.endswith((".arrow", ".json"))]
    return [each for each in files if os.path.isfile(each)]
