"""Which tracer a run gets.

``WHENCE_TRACER`` or an explicit name comes first; otherwise the first of the table that can be used
here. What was passed over is kept, with the reason: it becomes a gap of the run.
"""

from collections.abc import Mapping
from importlib import import_module

from whence.capture.tracers.journal import OBSERVER
from whence.errors import UsageError

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.capture.interface import Tracer

ORDER = (
    ("nested", "whence.capture.tracers.nested", "NestedTracer"),
    ("notify", "whence.capture.tracers.notify", "NotifyTracer"),
    ("python", "whence.capture.tracers.python_hook", "PythonTracer"),
    ("none", "whence.capture.tracers.none", "NoneTracer"),
)
"""Best first; each is imported only when it is its turn."""

VARIABLE = "WHENCE_TRACER"
_ENTRY_POINTS = "whence.tracers"


def choose(
    name: str | None, environ: Mapping[str, str]
) -> tuple["Tracer", tuple[tuple[str, str], ...]]:
    """Pick a tracer.

    Args:
        name: one that the user asked for; ``None`` or ``auto`` for the best.
        environ: where ``WHENCE_TRACER`` may name one.

    Returns:
        The tracer, and each better one that was passed over with the reason.

    Raises:
        UsageError: there is none of that name, or it cannot be used here.
    """
    wanted = name or environ.get(VARIABLE) or "auto"
    if wanted != "auto":
        tracer = _named(wanted)
        refusal = tracer.available()
        if refusal is not None:
            raise UsageError(
                f"the tracer {wanted!r} cannot be used here: {refusal}",
                hint=f"leave --tracer and {VARIABLE} out to get the best that can",
            )
        return tracer, ()
    passed_over: list[tuple[str, str]] = []
    for each, module, attribute in ORDER:
        if each == "nested" and OBSERVER not in environ:
            continue  # it is not passed over where there is nothing to be nested in
        tracer = _load(module, attribute)
        refusal = tracer.available()
        if refusal is None:
            return tracer, tuple(passed_over)
        passed_over.append((each, refusal))
    raise AssertionError("the last of the table is always available")


def _named(wanted: str) -> "Tracer":
    for each, module, attribute in ORDER:
        if each == wanted:
            return _load(module, attribute)
    from whence import plugins  # noqa: PLC0415  reading entry points takes longer than a start

    found = plugins.load(_ENTRY_POINTS, wanted)
    if found is None:
        known = [each for each, _, _ in ORDER]
        others = [each for each in plugins.names(_ENTRY_POINTS) if each not in known]
        raise UsageError(
            f"there is no tracer {wanted!r}", hint=f"one of: auto, {', '.join(known + others)}"
        )
    tracer: Tracer = found()
    return tracer


def _load(module: str, attribute: str) -> "Tracer":
    tracer: Tracer = getattr(import_module(module), attribute)()
    return tracer
