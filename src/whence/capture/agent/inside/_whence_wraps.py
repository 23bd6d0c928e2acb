"""Puts wrappers around other people's functions, unnoticed, and takes them off again.

A wrapper calls the original exactly once with exactly its arguments; its result and exceptions
pass through. Its frame must not be noticed: warnings that count callers skip the frames of the
import machinery, so it pretends to be one; and it is cut out of tracebacks as they are printed.
"""

from __future__ import annotations

import functools
import sys
from _thread import _local

from _whence_frames import OWN_CODES  # type: ignore[import-not-found]
from _whence_imports import IMPORT_MACHINERY  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Iterator

_MISSING = object()


class _State(_local):
    quiet = 0
    outermost = False


class _Quiet:
    def __init__(self, state: _State) -> None:
        self.state = state

    def __enter__(self) -> None:
        self.state.quiet += 1

    def __exit__(self, *_: object) -> None:
        self.state.quiet -= 1


class _Hook:
    """What a wrapper calls: one object for all of it, since a library can get a thousand."""

    __slots__ = ("about", "after", "before", "failed", "outermost", "trouble")

    def __init__(
        self,
        before: Callable[..., Any] | None,
        after: Callable[..., None] | None,
        failed: Callable[..., None] | None,
        outermost: bool,
        about: str,
        trouble: Callable[[str, BaseException], None],
    ) -> None:
        self.before, self.after, self.failed = before, after, failed
        self.outermost, self.about, self.trouble = outermost, about, trouble


class Wraps:
    """What was wrapped, in the order in which it was."""

    def __init__(self) -> None:
        self._state = _State()
        self._quiet = _Quiet(self._state)
        self._undone: list[Callable[[], None]] = []
        self._hides = False

    def trouble(self, about: str, error: BaseException) -> None:
        """A hook failed."""
        raise NotImplementedError

    def expect(self, name: str, call: Callable[[Any], None]) -> None:
        """Call with a module right after it is executed."""
        raise NotImplementedError

    def quiet(self) -> _Quiet:
        """A block in which wrappers of this thread tell nothing."""
        return self._quiet

    def wrap(  # noqa: C901  what a call costs is one frame, so this is one function
        self,
        owner: Any,
        name: str,
        before: Callable[..., Any] | None = None,
        after: Callable[..., None] | None = None,
        failed: Callable[..., None] | None = None,
        outermost: bool = False,
    ) -> None:
        """Have ``before(args, kwargs) -> token`` and ``after(token, args, kwargs, result)`` called.

        Args:
            owner: A module or a class.
            name: A function, method, static or class method, or property of it.
            before: Called first; what it gives is passed on.
            after: Called with the result.
            failed: Called as ``failed(token, args, kwargs, error)`` when the original raises.
            outermost: Tell nothing of calls inside another wrapper that has this set.
        """
        state = self._state
        about = "%s.%s" % (getattr(owner, "__name__", owner), name)
        hook = _Hook(before, after, failed, outermost, about, self.trouble)

        def make(original: Any) -> Any:  # noqa: C901
            def wrapper(*args: Any, **kwargs: Any) -> Any:  # noqa: C901, PLR0912
                outermost = hook.outermost
                if state.quiet or (outermost and state.outermost):
                    return original(*args, **kwargs)
                token = None
                if hook.before is not None:
                    state.quiet += 1
                    try:
                        token = hook.before(args, kwargs)
                    except Exception as error:
                        hook.trouble(hook.about, error)
                    finally:
                        state.quiet -= 1
                if outermost:
                    state.outermost = True
                try:
                    result = original(*args, **kwargs)
                except BaseException as error:
                    if outermost:
                        state.outermost = False
                    if hook.failed is not None:
                        state.quiet += 1
                        try:
                            hook.failed(token, args, kwargs, error)
                        except Exception as trouble_of_ours:
                            hook.trouble(hook.about, trouble_of_ours)
                        finally:
                            state.quiet -= 1
                    raise
                if outermost:
                    state.outermost = False
                if hook.after is not None:
                    state.quiet += 1
                    try:
                        hook.after(token, args, kwargs, result)
                    except Exception as error:
                        hook.trouble(hook.about, error)
                    finally:
                        state.quiet -= 1
                return result

            return wrapper

        self.swap(owner, name, make)

    def swap(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Put ``make(original)`` in the place of a function, method or property."""
        self._hide_frames()
        own = vars(owner).get(name, _MISSING)
        found = own if own is not _MISSING else getattr(owner, name, _MISSING)
        if found is _MISSING:
            return
        if isinstance(found, staticmethod):
            made: Any = staticmethod(self._dress(make(found.__func__), found.__func__))
        elif isinstance(found, classmethod):
            made = classmethod(self._dress(make(found.__func__), found.__func__))
        elif isinstance(found, property):
            getter = self._dress(make(found.fget), found.fget)
            made = property(getter, found.fset, found.fdel, found.__doc__)
        else:
            made = self._dress(make(found), found)
        setattr(owner, name, made)
        self._undone.append(functools.partial(_put_back, owner, name, made, own))

    def undo(self) -> None:
        """Take off every wrapper that is still where it was put."""
        undone, self._undone = self._undone, []
        for each in reversed(undone):
            each()

    def _dress(self, made: Any, original: Any) -> Any:
        """Look like the original, and pretend to be of the import machinery."""
        code = getattr(made, "__code__", None)
        if code is not None and made is not original:
            made.__code__ = _disguised(code)
            for field in functools.WRAPPER_ASSIGNMENTS:
                try:
                    setattr(made, field, getattr(original, field))
                except (AttributeError, TypeError):
                    pass
            try:
                made.__dict__.update(vars(original))
            except TypeError:
                pass
            made.__wrapped__ = original
        return made

    # -------------------------------------------------------------- tracebacks

    def _hide_frames(self) -> None:
        if self._hides:
            return
        self._hides = True
        shown = sys.excepthook

        def excepthook(kind: Any, error: Any, trace: Any) -> Any:
            return shown(kind, error, _cut(error, trace))

        self._replace(sys, "excepthook", excepthook)
        self.expect("traceback", self._hide_in_traceback)
        self.expect("threading", self._hide_in_threading)

    def _hide_in_traceback(self, module: Any) -> None:
        def make(original: Any) -> Any:
            def walk(trace: Any) -> Iterator[Any]:
                for each in original(trace):
                    if id(each[0].f_code) not in OWN_CODES:
                        yield each

            return walk

        for name in ("walk_tb", "_walk_tb_with_full_positions"):
            original = getattr(module, name, None)
            if original is not None:
                self._replace(module, name, make(original))

    def _hide_in_threading(self, module: Any) -> None:
        shown = module.excepthook

        def excepthook(args: Any) -> Any:
            _cut(args.exc_value, args.exc_traceback)
            return shown(args)

        self._replace(module, "excepthook", excepthook)

    def _replace(self, owner: Any, name: str, made: Any) -> None:
        own = getattr(owner, name)
        setattr(owner, name, made)
        self._undone.append(lambda: _put_back(owner, name, made, own))


_codes: dict[Any, Any] = {}


def _disguised(code: Any) -> Any:
    found = _codes.get(code)
    if found is None:
        found = _codes[code] = code.replace(co_filename=IMPORT_MACHINERY)
        OWN_CODES[id(found)] = found
    return found


def _cut(error: Any, trace: TracebackType | None) -> TracebackType | None:
    """A traceback, and those of what it came from, without our frames; relinked in place."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        try:
            error.__traceback__ = without_ours(error.__traceback__)
        except Exception:
            break
        error = error.__cause__ or error.__context__
    found: TracebackType | None = without_ours(trace)
    return found


def without_ours(trace: Any) -> Any:
    """A traceback without our frames, relinked in place."""
    while trace is not None and id(trace.tb_frame.f_code) in OWN_CODES:
        trace = trace.tb_next
    at = trace
    while at is not None:
        following = at.tb_next
        while following is not None and id(following.tb_frame.f_code) in OWN_CODES:
            following = following.tb_next
        if following is not at.tb_next:
            at.tb_next = following
        at = following
    return trace


def _put_back(owner: Any, name: str, made: Any, own: Any) -> None:
    if vars(owner).get(name) is not made:
        return  # somebody else wrapped it since; theirs calls ours, which stays
    if own is _MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, own)
