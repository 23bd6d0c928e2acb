"""Which artifact is meant where a thing is to be registered."""

from whence.errors import NotFoundError, UsageError
from whence.model.edge import EdgeKind
from whence.model.identity import NodeId
from whence.model.node import Node, NodeKind
from whence.store.interface import Direction, GraphReader


def registrable(reader: GraphReader, handle: int, text: str) -> NodeId:
    """The artifact that a REF means: itself, what the run made, what a version pins.

    Args:
        reader: One moment of a store.
        handle: What the REF names.
        text: The REF, for whoever reads the error.

    Raises:
        UsageError: it is no such thing, or a run that made several.
        NotFoundError: it is a run that made nothing.
    """
    (node,) = reader.nodes([handle])
    if node.is_artifact:
        return node.id
    if node.kind is NodeKind.RUN:
        return _made_model(reader, handle, text).id
    if node.kind is NodeKind.MODEL_VERSION:
        links = reader.links([handle], Direction.ORIGINS)
        return reader.nodes([link.target for link in links if link.kind is EdgeKind.PINS])[0].id
    raise UsageError(
        f"{text!r} is a {node.kind.value.replace('_', ' ')}, not a file that can be registered",
        hint="name the model file, its sha256:…, or the run that made it",
    )


def _made_model(reader: GraphReader, run: int, text: str) -> Node:
    links = reader.links([run], Direction.EFFECTS)
    made = reader.nodes([link.origin for link in links if link.kind is EdgeKind.GENERATED_BY])
    models = [node for node in made if node.kind is NodeKind.MODEL] or made
    if not models:
        raise NotFoundError(f"the run {text!r} made no file", hint="name the model file itself")
    if len(models) > 1:
        names = ", ".join(sorted(node.name for node in models)[:5])
        raise UsageError(f"the run {text!r} made several files", hint=f"name one of: {names}")
    return models[0]
