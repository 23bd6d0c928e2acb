"""An alias that moves only through a policy, whose text is kept in the record."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whence.errors import NotFoundError, StoreError, UsageError
from whence.governance.policy import Policy, read_policy
from whence.governance.rules import load_rules
from whence.model.digest import Digest
from whence.model.edge import Basis, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.line import Line
from whence.model.node import Node, NodeKind
from whence.model.record import Record
from whence.query.account import account_for
from whence.recording.observation import ActorSeen
from whence.store.interface import Direction, GraphReader, Reader

FACET = "protection"
TEXT = "policy"
"""The facet of a policy's artifact that holds its text."""

LONGEST = 1000
_TOLD = ("name", "sha256", "by", "at", "source", "commit")


@dataclass(frozen=True, slots=True)
class Protection:
    """That a policy stands before an alias."""

    alias: str
    policy: NodeId
    """The artifact that is the policy's text."""
    name: str
    sha256: str
    by: str
    at: str
    source: str
    commit: str

    def as_json(self) -> dict[str, str]:
        """As ``schemas/protections-1.json`` has it."""
        return {
            "alias": self.alias,
            "policy": self.name,
            "artifact": self.policy,
            "sha256": self.sha256,
            "by": self.by,
            "at": self.at,
            "source": self.source,
            "commit": self.commit,
        }


def protections(reader: GraphReader, line: int) -> dict[str, Protection]:
    """The protected aliases of a registered model or a system."""
    found = {}
    for alias, told in account_for(reader, line).said(FACET).items():
        if isinstance(told, Mapping) and told.get("policy"):
            found[alias] = Protection(
                alias,
                NodeId(str(told["policy"])),
                *(str(told.get(key, "")) for key in _TOLD),
            )
    return found


def kept_policy(reader: GraphReader, protection: Protection) -> Policy:
    """The policy that protects an alias, as it was when it was set.

    Raises:
        StoreError: its text is not in the record, or is not the one that was set.
    """
    handle = reader.find(protection.policy)
    told = {} if handle is None else account_for(reader, handle).said(TEXT)
    text = str(told.get("text", ""))
    policy_text = text.encode()
    if hashlib.sha256(policy_text).hexdigest() != protection.sha256:
        raise StoreError(
            f"the text of the policy {protection.name!r} is not in the record",
            hint="protect the alias anew: `whence alias NAME ALIAS --protect FILE --reason …`",
        )
    return read_policy(policy_text, protection.source, load_rules(), commit=protection.commit)


def policy_nodes(reader: GraphReader, policy: Policy) -> tuple[tuple[Node, ...], tuple[Facet, ...]]:
    """The policy's text as an artifact, where the record does not have it yet."""
    if reader.find(policy.node) is not None:
        return (), ()
    node = Node(policy.node, NodeKind.CONFIG, policy.source or policy.name, Digest(policy.sha256))
    told = {"name": policy.name, "text": policy.text}
    return (node,), (Facet(node.id, TEXT, Basis.DECLARED, told),)


@dataclass(frozen=True, slots=True)
class Protecting:
    """Somebody puts a policy before an alias, or takes it away."""

    line: Line
    name: str
    alias: str
    policy: Policy | None
    """``None`` to let it move freely again."""
    actor: ActorSeen
    source: str
    reason: str = ""

    def compose(self, reader: Reader, time: str) -> Record:
        """The record, with the policy's text.

        Raises:
            UsageError: there is nothing to take away, or another policy stands there and no reason
                is told for replacing it.
        """
        line = self.line.node(self.name)
        handle = reader.find(line.id)
        if handle is None:
            raise NotFoundError(
                f"there is no {self.line.called} {self.name}",
                hint=self.line.how.format(name=self.name),
            )
        before = protections(reader, handle).get(self.alias)
        if before is None and self.policy is None:
            raise UsageError(
                f"{self.name}@{self.alias} is not protected", hint=f"`whence models {self.name}`"
            )
        is_other = before is not None and (
            self.policy is None or self.policy.sha256 != before.sha256
        )
        if is_other and not self.reason.strip():
            assert before is not None
            raise UsageError(
                f"{self.name}@{self.alias} is protected by the policy {before.name}, "
                f"set by {before.by}",
                hint="to change that, say why: --reason TEXT; the reason is kept",
            )
        if len(self.reason) > LONGEST:
            raise UsageError("the reason is too long", hint=f"{LONGEST} characters are enough")
        told: dict[str, Any] = {"by": self.actor.name, "at": time}
        if self.reason.strip():
            told["reason"] = self.reason.strip()
        nodes: tuple[Node, ...] = ()
        facets: tuple[Facet, ...] = ()
        if self.policy is not None:
            nodes, facets = policy_nodes(reader, self.policy)
            told |= {
                "policy": self.policy.node,
                "name": self.policy.name,
                "sha256": self.policy.sha256,
                "source": self.policy.source,
            }
            told |= {"commit": self.policy.commit} if self.policy.commit else {}
        return Record(
            id=new_id(),
            type="protection",
            time=time,
            source=self.source,
            nodes=nodes,
            facets=(Facet(line.id, FACET, Basis.DECLARED, {self.alias: told}), *facets),
        )


def protecting(reader: GraphReader, handle: int) -> dict[str, Policy]:
    """The policies of the protected aliases that a version may be moved to, by alias.

    Raises:
        StoreError: the text of one is not in the record.
    """
    links = reader.links([handle], Direction.ORIGINS)
    lines = [link.target for link in links if link.kind is EdgeKind.VERSION_OF]
    return {
        alias: kept_policy(reader, each)
        for line in dict.fromkeys(lines)
        for alias, each in protections(reader, line).items()
    }
