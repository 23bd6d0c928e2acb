"""Approvals that prove themselves, whoever brings them.

An approval that somebody signed with a key of his own shows by itself that the owner of the key
said it. Where a policy before an alias of the thing names that key, it is known whose word it is;
so whoever may write there may bring it along, though he could not give it.
"""

from collections.abc import Iterator

from whence.errors import WhenceError
from whence.governance.approval import FACET, Vouching, approval_in, is_signed_by
from whence.governance.protection import protecting
from whence.model.identity import NodeId
from whence.model.record import Record
from whence.store.interface import GraphReader


def is_evidence(record: Record, reader: GraphReader) -> bool:
    """Whether every approval in a record is signed by a key that is known here.

    Args:
        record: What somebody brings.
        reader: The store with everything before the record, nothing of it withheld.
    """
    facets = [facet for facet in record.facets if facet.name == FACET]
    for facet in facets:
        keys = tuple(known_keys(facet.node, reader))
        for told in facet.data.values():
            said = approval_in(told, facet.node)
            if said.problem or said.vouching is not Vouching.KEY or not is_signed_by(said, keys):
                return False
    return any(facet.data for facet in facets)


def known_keys(node: NodeId, reader: GraphReader) -> Iterator[str]:
    """The verifier keys for which the policies before a version's aliases ask."""
    handle = reader.find(node)
    try:
        policies = {} if handle is None else protecting(reader, handle)
    except WhenceError:
        return  # a policy that cannot be read names nobody
    for policy in policies.values():
        for call in policy.rules:
            if "keys" in call.asked:
                yield from call.asked.texts("keys")
