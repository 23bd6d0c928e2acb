"""Several things at a time, also where a program is ending and takes no more threads."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")


def start(
    threads: ThreadPoolExecutor,
    do: Callable[_Arguments, _Result],
    *args: _Arguments.args,
    **kwargs: _Arguments.kwargs,
) -> "Future[_Result]":
    """Have something done by a thread, or at once where Python gives out no work any more."""
    try:
        return threads.submit(do, *args, **kwargs)
    except RuntimeError:
        done: Future[_Result] = Future()
        try:
            done.set_result(do(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  whoever asks for the result gets it
            done.set_exception(error)
        return done
