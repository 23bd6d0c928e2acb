"""The tracer that sees nothing, for where nothing else is possible or wanted."""

from collections.abc import Mapping, Sequence

from whence.capture import agent
from whence.capture.tracers.job import Job, run_plainly

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.capture.interface import TracedExit


class NoneTracer:
    """No observation at all; the record says so."""

    name = "none"
    blind_spots: tuple[str, ...] = ("every file that the run reads or writes",)

    def available(self) -> str | None:
        """It always is."""
        return None

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        session_dir: str,
        workspace: str = "",
        patience: float | None = None,
    ) -> "TracedExit":
        """Run a command to its end; see ``interface.Tracer.run``."""
        del workspace
        job = Job(command, env, cwd)
        agent.equip(job.env, session_dir)
        run_plainly(job, patience, wait_for_all=False)
        from whence.capture.interface import Activity, TracedExit  # noqa: PLC0415  after the end
        from whence.model.gap import Gap  # noqa: PLC0415

        gap = Gap(
            "observer-missing",
            "files",
            "no tracer was active",
            "run it under the tracer notify or python",
        )
        return TracedExit(job.exit_status, job.signal, Activity(gaps=(gap,)), job.pid)
