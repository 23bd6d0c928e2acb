"""scipy: sparse matrices in files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""

    def on_files(module: Any) -> None:
        stored = watch.load("stored").Stored(watch)

        def after_save(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], __: Any) -> None:
            given = dict(zip(("file", "matrix"), args))
            given.update(kwargs)
            stored.wrote(given["matrix"], _with_suffix(given["file"]), "scipy.sparse.save_npz")

        def after_load(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
            place = args[0] if args else kwargs.get("file")
            stored.read(result, _with_suffix(place), "scipy.sparse.load_npz")

        watch.wrap(module, "save_npz", after=after_save, outermost=True)
        watch.wrap(module, "load_npz", after=after_load, outermost=True)

    return {"scipy.sparse._matrix_io": on_files}


def _with_suffix(place: Any) -> Any:
    """The name that numpy gives the file."""
    return place + ".npz" if isinstance(place, str) and not place.endswith(".npz") else place
