"""Hydra: the configuration as composed, and which of it the command line overrode."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"hydra.core.utils": lambda module: _on_utils(watch, module)}


def _on_utils(watch: Any, module: Any) -> None:
    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        config: Any = kwargs.get("config", args[1] if len(args) > 1 else None)
        omega = sys.modules["omegaconf"].OmegaConf
        plain = omega.to_container(config, resolve=False)
        overrides = plain.pop("hydra", {}).get("overrides", {}).get("task", [])
        try:
            task = omega.masked_copy(config, [key for key in config if key != "hydra"])
            plain = omega.to_container(task, resolve=True)
        except Exception:  # a value that is missing, or that cannot be found
            pass
        told = {str(each).split("=", 1)[0].lstrip("+~") for each in overrides}
        values = watch.flat(plain)
        origins = {
            name: "command line"
            if any(name == each or name.startswith(each + ".") for each in told)
            else "configuration"
            for name in values
        }
        watch.configured("hydra", values, origins)

    # ``hydra.main`` and multi-run jobs reach it through names bound to this module.
    watch.wrap(module, "run_job", before=before)
