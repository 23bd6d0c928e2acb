"""Says to MLflow in which run of ours it is called.

Its entry point for that is ``mlflow.run_context_provider``. Every MLflow run that begins
while ``whence run`` watches gets the tag ``whence.run_id``; nothing is tagged where nobody watches.
MLflow asks for the two methods by name, so its own class is not
imported.
"""

import os

RUN, SESSION = "WHENCE_RUN", "WHENCE_SESSION"
TAG = "whence.run_id"


class RunContext:
    """What MLflow makes one of, and asks as each of its runs begins."""

    def in_context(self) -> bool:
        """Whether a run is being recorded: it is named, and its session is there."""
        return bool(os.environ.get(RUN)) and os.path.isdir(os.environ.get(SESSION, ""))  # noqa: PTH112  pathlib takes longer to load than MLflow should wait

    def tags(self) -> dict[str, str]:
        """The tag, which MLflow keeps with its run."""
        return {TAG: os.environ[RUN]}
