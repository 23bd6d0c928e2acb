"""Whose code is it that calls, and where, and by which name does it know a thing."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_STANDARD = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_PACKAGES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_PROGRAMS = os.path.dirname(os.path.abspath(sys.executable or os.sep)) + os.sep
_SEE_THROUGH = (
    "/mlflow/utils/autologging_utils/",
    "/mlflow/sklearn/__init__.py",
    "/mlflow/xgboost/__init__.py",
    "/mlflow/lightgbm/__init__.py",
    "/clearml/binding/",
    "/comet_ml/monkey_patching.py",
)
"""Wrappers that trackers put around other libraries: whoever called them is the caller."""
_LOOKS_AT_LOCALS = {"locals", "vars", "eval", "exec", "dir"}
_OURS_ALONE, _LIBRARY, _USER = 0, 1, 2
_DEEP = 60

OWN_CODES: dict[int, CodeType] = {}
"""Code of wrappers by its id: it pretends to be of the import machinery, see ``_whence_wraps``."""


class Frames:
    """Looks at the stack, which is never held."""

    def __init__(self) -> None:
        self._whose: dict[str, int] = {}

    def caller(self, past: str = "") -> FrameType | None:
        """The nearest frame outside our files, and the file ``past``, if it is the user's code."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            whose = self._belongs(frame)
            if whose and frame.f_code.co_filename != past:
                found: FrameType | None = frame if whose == _USER else None
                return found
            frame = frame.f_back
        return None

    def user(self) -> FrameType | None:
        """The nearest frame of the user's own code, whatever libraries stand between."""
        frame: Any = sys._getframe(1)
        for _ in range(_DEEP):
            if frame is None:
                return None
            if self._belongs(frame) == _USER:
                found: FrameType = frame
                return found
            frame = frame.f_back
        return None

    def is_user(self, file: str) -> bool:
        """Whether a source file is the user's own: no library, and none of ours."""
        whose = self._whose.get(file)
        if whose is None:
            whose = self._whose[file] = _whose(file)
        return whose == _USER

    def where(self, frame: FrameType) -> str:
        """``/folder/train.py:12``; the path is absolute where there is one."""
        name = frame.f_code.co_filename
        if not name.startswith("<"):
            name = os.path.abspath(name)
        return "%s:%d" % (name, frame.f_lineno)

    def name_of(self, thing: Any, frame: FrameType | None) -> str:
        """The name of a variable that holds the very thing; empty where there is none.

        A function that looks at its own locals is left alone: looking would change what it sees.
        """
        if frame is None:
            return ""
        code = frame.f_code
        if code.co_name != "<module>" and not _LOOKS_AT_LOCALS.isdisjoint(code.co_names):
            return ""
        for name, value in list(frame.f_locals.items()):
            if value is thing and not name.startswith("_"):
                return name
        return ""

    def _belongs(self, frame: FrameType) -> int:
        code = frame.f_code
        if id(code) in OWN_CODES:
            return _OURS_ALONE
        name = code.co_filename
        whose = self._whose.get(name)
        if whose is None:
            whose = self._whose[name] = _whose(name)
        if whose == _USER and name[:1] == "<" and frame.f_globals.get("__name__") != "__main__":
            return _LIBRARY
        return whose


def _whose(name: str) -> int:
    if name.startswith("<frozen"):
        return _LIBRARY
    if name.startswith("<"):
        return _USER  # typed in, or made by ``exec``: it depends on the module
    path = os.path.abspath(name)
    if path.startswith(_OURS):
        return _OURS_ALONE
    if any(part in path for part in _SEE_THROUGH):
        return _OURS_ALONE
    if path.startswith((_STANDARD, _PROGRAMS)) or any(part in path for part in _PACKAGES):
        return _LIBRARY
    return _USER
