"""Build hook: puts the compiled accelerator into the wheel where there is a C compiler.

A wheel with it is for one platform; without a compiler the wheel is pure, and Whence compiles the
accelerator on first use or does without.
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from sysconfig import get_platform
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_ROOM = Path("src/whence/capture/tracers")


class AcceleratorHook(BuildHookInterface[Any]):
    """Compiles ``accel.c`` by the rules of ``accelerator.py``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the library to a wheel; an editable install and an sdist take only the source."""
        if self.target_name != "wheel" or version == "editable":
            return
        if sys.platform != "linux":
            return
        room = Path(self.root) / _ROOM
        spec = spec_from_file_location("accelerator", room / "accelerator.py")
        assert spec is not None
        assert spec.loader is not None
        accelerator = module_from_spec(spec)
        spec.loader.exec_module(accelerator)
        target = room / accelerator.file_name()
        try:
            if not accelerator.build(str(target), os.environ.get("CC", "cc")):
                return
        except OSError:
            return
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{get_platform().replace('-', '_').replace('.', '_')}"
        build_data["force_include"][str(target)] = f"whence/capture/tracers/{target.name}"
        self._built = target

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave the source folder as it was."""
        del version, build_data, artifact_path
        built: Path | None = getattr(self, "_built", None)
        if built is not None:
            built.unlink()
