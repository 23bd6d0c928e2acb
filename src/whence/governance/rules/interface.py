"""What a rule is: a module with three names, found through the door ``whence.rules``.

The module's docstring is the rule's page: its first line says what it asks, the rest what it looks
at and what it cannot tell.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option


class Rule(Protocol):
    """A question to the record.

    A rule may also have ``mistake(asked) -> str``: what does not fit together in what a policy asks
    of it, or empty.
    """

    OPTIONS: Sequence[Option]
    """What a policy may ask of it."""

    def judge(self, case: Case, asked: Asked) -> Iterable[Finding]:
        """Everything that it finds: what failed, what is unknown, what passed.

        It reads and never writes; it asks no clock but ``case.now``. Nothing found is a pass.
        """
