"""A small registry of models, and people who decide about them, for these tests."""

from dataclasses import replace
from typing import Any

from whence.governance.approval import Deciding, Decision
from whence.governance.evaluating import evaluate
from whence.governance.policy import Policy, read_policy
from whence.governance.rules import load_rules
from whence.governance.verdict import RuleVerdict, Verdict
from whence.ledger.signing import SigningKey
from whence.model.edge import Basis
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.moment import now
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.recording.observation import ActorSeen
from whence.recording.registry.alias import AliasMove
from whence.recording.registry.registration import Registration
from whence.testing.worlds import Version, World, pipeline

ADA, BOB, CLEO = (ActorSeen(name, "person") for name in ("ada", "bob", "cleo"))
SOURCE = "whence-test/1"


def key_of(actor: ActorSeen) -> SigningKey:
    return SigningKey(f"{actor.name}@desk".replace(" ", "-"), actor.name.encode().ljust(32, b"."))


class Desk(World):
    """The example project, with its model registered as ``delay``."""

    def __init__(self, version: Version | None = None, *, runs: Any = None) -> None:
        super().__init__(*(pipeline(version or Version()) if runs is None else runs))

    def register(self, name: str = "delay", back: int = 0, actor: ActorSeen = ADA) -> str:
        (model,) = self.store.nodes([self.thing("models/delay.joblib", back)])
        done = Registration(name, model.id, actor, SOURCE)
        self.recorder.record([done.compose])
        (node,) = self.store.nodes([self.handle(done.version)])
        return node.name

    def handle(self, of: NodeId | str) -> int:
        found = self.store.find(NodeId(of))
        return self.store.named(of)[0] if found is None else found

    def id(self, name: str) -> NodeId:
        return self.store.nodes([self.store.named(name)[0]])[0].id

    def say(self, name: str, facet: str, **data: Any) -> None:
        """A person says something of a thing."""
        node = self.id(name)

        def compose(_: Any, time: str) -> Record:
            told = Facet(node, facet, Basis.DECLARED, data)
            return Record(new_id(), "words", time, SOURCE, facets=(told,))

        self.recorder.record([compose])

    def decide(
        self, name: str, actor: ActorSeen, decision: Decision = Decision.APPROVE, **more: Any
    ) -> Deciding:
        deciding = Deciding(
            self.id(name), decision, actor, more.pop("reason", "it is good"), key_of(actor), SOURCE
        )
        deciding = replace(deciding, **more)
        self.recorder.record([deciding.compose])
        return deciding

    def move(self, number: int, alias: str = "production", name: str = "delay") -> AliasMove:
        return AliasMove(name, number, alias, ADA, SOURCE)

    def check(self, text: str, name: str = "delay@1", **more: Any) -> Verdict:
        """What a policy of these rules comes to."""
        at = more.pop("now", now())
        return evaluate(policy(text), self.store, self.handle(self.id(name)), at, **more)

    def rule(self, text: str, name: str = "delay@1", **more: Any) -> RuleVerdict:
        """What the one rule comes to."""
        (found,) = self.check(text, name, **more).rules
        return found


def policy(rules: str, more: str = "") -> Policy:
    """A policy of rules written as in its file."""
    text = f"policy: production\nrules:\n{rules}\n{more}"
    return read_policy(text.encode(), "policies/production.yaml", load_rules())


MODEL = NodeKind.MODEL
