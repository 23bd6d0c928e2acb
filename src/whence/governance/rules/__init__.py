"""Every rule, one file each; a stranger's come in by the same door, ``whence.rules``."""

from functools import cache

from whence import plugins
from whence.governance.rules.interface import Rule

GROUP = "whence.rules"

ORDER = tuple(
    "clean-commit no-gaps metric evaluated-apart no-tag licence reproduced approvals signed fresh "
    "described environment not-retired".split()
)
"""In which order rules are listed: from what ran to who answers for it."""


@cache
def load_rules() -> dict[str, Rule]:
    """Every rule by its name, ours first.

    Raises:
        WhenceError: one is there, but cannot be loaded.
    """
    names = plugins.names(GROUP, ORDER)
    loaded = {name: plugins.load(GROUP, name) for name in names}
    return {name: rule for name, rule in loaded.items() if rule is not None}
