"""IPython: the cells of a notebook or a session, in the order in which they were executed."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_LONGEST = 20_000


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    return {"IPython.core.interactiveshell": lambda module: _on_shell(watch, module)}


def _on_shell(watch: Any, module: Any) -> None:
    cells = _Cells(watch)

    def on_made(_: Any, args: tuple[Any, ...], __: dict[str, Any], ___: Any) -> None:
        cells.join(args[0])

    watch.wrap(module.InteractiveShell, "__init__", after=on_made)
    if module.InteractiveShell.initialized():
        shell = module.InteractiveShell.instance()
        cells.catch_up(shell)
        cells.join(shell)


class _Cells:
    """Counts the cells of this process."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.count = 0
        self.started = 0
        self.begin = watch.guarded(self._begin, "IPython")
        self.end = watch.guarded(self._end, "IPython")

    def join(self, shell: Any) -> None:
        """Be told of each cell from now on."""
        # IPython calls with as many arguments as it finds; ours takes what comes.
        shell.events.register("pre_run_cell", self.on_begin)
        shell.events.register("post_run_cell", self.on_end)

    def catch_up(self, shell: Any) -> None:
        """Tell the cells that were executed before anybody watched."""
        for count, source in enumerate(list(shell.user_ns.get("In", ()))[1:-1], 1):
            self.count += 1
            text = str(source)[:_LONGEST]
            self.watch.tell(
                "cell", number=self.count, count=count, source=text, before=True, ok=True
            )

    def on_begin(self, info: Any) -> None:
        self.begin(info)

    def on_end(self, result: Any) -> None:
        self.end(result)

    def _begin(self, _: Any) -> None:
        self.started = time.time_ns()

    def _end(self, result: Any) -> None:
        info = result.info
        if getattr(info, "silent", False):
            return
        self.count += 1
        error = result.error_before_exec or result.error_in_exec
        source = str(info.raw_cell)
        self.watch.tell(
            "cell",
            number=self.count,
            count=result.execution_count,
            id=getattr(info, "cell_id", None) or "",
            source=source[:_LONGEST],
            cut=len(source) > _LONGEST,
            started=self.started // 1_000_000 or None,
            ended=time.time_ns() // 1_000_000,
            ok=error is None,
            error=type(error).__name__ if error is not None else "",
            file=self._file_of(source),
        )

    def _file_of(self, source: str) -> str:
        """The name that the code of this cell was compiled under."""
        import sys

        shell = sys.modules["IPython"].get_ipython()
        name = shell.compile.get_code_name(source, shell.transform_cell(source), self.count)
        return str(name)
