"""Do the signatures of what people decided still hold?

An approval is believed by its signature wherever it is asked for. Whoever keeps records may look at
all of them at once.
"""

from collections.abc import Iterator

from whence.governance.approval import FACET, approval_in
from whence.governance.entries import is_of
from whence.model.record import Record

MARK = f'"{FACET}"'.encode()
"""What stands in the bytes of every record that says approvals."""


def broken_signatures(record: Record) -> Iterator[str]:
    """What is wrong with the approvals in a record, one sentence each.

    Args:
        record: The record; what it says under the id of another one is nobody's approval.
    """
    for facet in record.facets:
        if facet.name == FACET:
            for key, told in facet.data.items():
                said = approval_in(told, facet.node, record.id)
                if is_of(key, record.id) and said.problem:
                    yield f"the approval by {said.by or 'nobody'} does not hold: {said.problem}"
