"""OmegaConf on its own: files that were loaded, and words of the command line."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"omegaconf.omegaconf": lambda module: _on_omegaconf(watch, module)}


def _on_omegaconf(watch: Any, module: Any) -> None:
    def on_load(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        if watch.caller() is None:
            return
        file = args[0] if args else kwargs.get("file_")
        name = getattr(file, "name", file)
        values = watch.flat(module.OmegaConf.to_container(result, resolve=False))
        origin = (
            os.path.abspath(os.fsdecode(name))
            if isinstance(name, (str, bytes, os.PathLike))
            else ""
        )
        watch.configured("omegaconf", values, dict.fromkeys(values, origin or "configuration"))

    def on_cli(_: Any, __: tuple[Any, ...], ___: dict[str, Any], result: Any) -> None:
        if watch.caller() is not None:
            values = watch.flat(module.OmegaConf.to_container(result, resolve=False))
            watch.configured("omegaconf", values, dict.fromkeys(values, "command line"))

    watch.wrap(module.OmegaConf, "load", after=on_load)
    watch.wrap(module.OmegaConf, "from_cli", after=on_cli)
