"""MLflow: what its client is told, whoever calls it: the program, autologging, another library.

Runs, parameters, metrics, tags, files, data sets, logged models and registered versions. The
client writes parameters of batches as text, so what reads as a number is one again.
"""

from __future__ import annotations

import ast
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_CLIENT = "mlflow.tracking._tracking_service.client"
_REGISTRY = "mlflow.tracking._model_registry.client"
_CONTEXT = "mlflow.tracking.context.registry"
_OWN = "mlflow."
"""Tags that MLflow gives itself begin so."""


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    shared = watch.load("trackers")
    hooks = _Hooks(watch, shared, shared.Tracker(watch, "mlflow"))
    return {_CLIENT: hooks.on_client, _REGISTRY: hooks.on_registry, _CONTEXT: _on_context}


class _Hooks:
    def __init__(self, watch: Any, shared: Any, tracker: Any) -> None:
        self.watch = watch
        self.get = shared.argument
        self.tracker = tracker
        self.places: dict[str, str] = {}
        """Where the files of logged models and of runs lie, by their ids."""

    def on_client(self, module: Any) -> None:
        owner = module.TrackingServiceClient
        table: dict[str, Callable[..., None]] = {
            "create_run": self.on_run,
            "log_metric": self.on_metric,
            "log_param": self.on_param,
            "set_tag": self.on_tag,
            "log_batch": self.on_batch,
            "log_inputs": self.on_inputs,
            "log_artifact": self.on_artifact,
            "log_artifacts": self.on_artifact,
            "_log_artifact_async": self.on_artifact,
            "create_logged_model": self.on_model,
            "_record_logged_model": self.on_recorded,
        }
        for name, call in table.items():
            self.watch.wrap(owner, name, after=call)

    def on_run(self, _: Any, args: Any, kwargs: Any, run: Any) -> None:
        info, place = run.info, getattr(args[0], "tracking_uri", "") or ""
        uri = _absolute(place)
        if place.startswith("http"):
            uri = "%s/#/experiments/%s/runs/%s" % (
                place.rstrip("/"),
                info.experiment_id,
                info.run_id,
            )
        tags = dict(run.data.tags)
        self.tracker.link(
            info.run_id,
            uri,
            name=getattr(info, "run_name", None) or tags.get("mlflow.runName"),
            experiment=info.experiment_id,
            artifacts=info.artifact_uri,
            parent=tags.get("mlflow.parentRunId"),
        )
        self.places[info.run_id] = info.artifact_uri
        self.say_tags(info.run_id, tags)

    def on_metric(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        run, name = self.get(args, kwargs, 1, "run_id"), self.get(args, kwargs, 2, "key")
        value, step = self.get(args, kwargs, 3, "value"), self.get(args, kwargs, 5, "step")
        self.tracker.meet(run)
        self.tracker.metrics({name: value}, step or 0, run)

    def on_param(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        run, name = self.get(args, kwargs, 1, "run_id"), self.get(args, kwargs, 2, "key")
        self.tracker.meet(run)
        self.tracker.values("parameters", {name: self.get(args, kwargs, 3, "value")}, run)

    def on_tag(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        run, name = self.get(args, kwargs, 1, "run_id"), self.get(args, kwargs, 2, "key")
        self.tracker.meet(run)
        self.say_tags(run, {name: self.get(args, kwargs, 3, "value")})

    def say_tags(self, run: str, tags: dict[str, Any]) -> None:
        told = {
            name: value
            for name, value in tags.items()
            if not name.startswith(_OWN) and name != "whence.run_id"
        }
        if told:
            self.tracker.values("tags", told, run)

    def on_batch(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        run = self.get(args, kwargs, 1, "run_id")
        self.tracker.meet(run)
        params = self.get(args, kwargs, 3, "params") or ()
        if params:
            values = {each.key: _read_text(each.value) for each in params}
            self.tracker.values("parameters", values, run)
        self.say_tags(
            run, {each.key: each.value for each in self.get(args, kwargs, 4, "tags") or ()}
        )
        by_step: dict[int, dict[str, Any]] = {}
        for each in self.get(args, kwargs, 2, "metrics") or ():
            at = by_step.setdefault(each.step or 0, {})
            if each.key in at:
                self.tracker.metrics({each.key: each.value}, each.step or 0, run)
            else:
                at[each.key] = each.value
        for step, values in by_step.items():
            self.tracker.metrics(values, step, run)

    def on_inputs(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        run = self.get(args, kwargs, 1, "run_id")
        for each in self.get(args, kwargs, 2, "datasets") or ():
            data, tags = each.dataset, {tag.key: tag.value for tag in each.tags}
            self.tracker.thing(
                "dataset",
                _source_of(data),
                run,
                name=data.name,
                digest=data.digest,
                role=tags.get("mlflow.data.context"),
            )

    def on_artifact(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        run = self.get(args, kwargs, 1, "run_id")
        place = (
            self.get(args, kwargs, 2, "local_path")
            or kwargs.get("local_dir")
            or kwargs.get("filename")
        )
        self.tracker.meet(run)
        name = self.get(args, kwargs, 3, "artifact_path")
        if place:
            self.tracker.thing("artifact", place, run, name=name or os.path.basename(place))

    def on_model(self, _: Any, args: Any, kwargs: Any, model: Any) -> None:
        self.places[model.model_id] = model.artifact_location
        self.tracker.thing(
            "model",
            model.artifact_location,
            getattr(model, "source_run_id", None) or "",
            name=model.name,
            id=model.model_id,
        )

    def on_recorded(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        """A model among a run's own files, as MLflow 2 keeps them."""
        run, model = self.get(args, kwargs, 1, "run_id"), self.get(args, kwargs, 2, "mlflow_model")
        below = getattr(model, "artifact_path", None)
        if run in self.places and below and not getattr(model, "model_id", None):
            place = self.places[run].rstrip("/") + "/" + below
            self.tracker.thing("model", place, run, name=os.path.basename(below))

    def on_registry(self, module: Any) -> None:
        self.watch.wrap(module.ModelRegistryClient, "create_model_version", after=self.on_version)
        self.watch.wrap(
            module.ModelRegistryClient, "set_registered_model_alias", after=self.on_alias
        )

    def on_version(self, _: Any, args: Any, kwargs: Any, version: Any) -> None:
        self.tracker.thing(
            "model",
            self.place_of(version, self.get(args, kwargs, 2, "source") or ""),
            getattr(version, "run_id", None) or "",
            name=version.name,
            version=version.version,
            id=getattr(version, "model_id", None),
        )

    def place_of(self, version: Any, source: str) -> str:
        """Where the files of a version lie: its source names a model, a run, or the place."""
        identity = getattr(version, "model_id", None) or source.partition("models:/")[2]
        if identity in self.places:
            return self.places[identity]
        if source.startswith("runs:/"):
            run, _, below = source[len("runs:/") :].partition("/")
            if run in self.places:
                return self.places[run].rstrip("/") + "/" + below
        return source

    def on_alias(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        self.tracker.thing(
            "alias",
            name=self.get(args, kwargs, 1, "name"),
            alias=self.get(args, kwargs, 2, "alias"),
            version=str(self.get(args, kwargs, 3, "version")),
        )


def _absolute(place: str) -> str:
    """The address of a store; SQLite's path is relative to the folder of the program."""
    head, slashes, path = place.partition(":///")
    if head != "sqlite" or not path or path.startswith("/"):
        return place
    return head + slashes + os.path.abspath(path)


def _read_text(text: Any) -> Any:
    """The number, truth or nothing that a text was made of; the text itself where it is none."""
    try:
        value = ast.literal_eval(text) if isinstance(text, str) and len(text) < 400 else text
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return text if isinstance(value, (bytes, set, complex)) else value


def _source_of(data: Any) -> Any:
    """Where a data set came from, if MLflow knows it: a path or a URI."""
    import json

    if data.source_type == "code":
        return None
    try:
        source = json.loads(data.source)
    except ValueError:
        return data.source or None
    if not isinstance(source, dict):
        return None
    for name in ("uri", "url", "path"):
        if isinstance(source.get(name), str) and source[name]:
            return source[name]
    return None


class _RunContext:
    """Says to MLflow in which run of ours it is called; see ``whence.liaison.mlflow``."""

    def in_context(self) -> bool:
        return bool(os.environ.get("WHENCE_RUN"))

    def tags(self) -> dict[str, str]:
        return {"whence.run_id": os.environ["WHENCE_RUN"]}


def _on_context(module: Any) -> None:
    """Where Whence is not installed beside MLflow, its entry point is not there."""
    providers = module._run_context_provider_registry
    if not any(type(each).__module__.startswith("whence.") for each in providers):
        providers.register(_RunContext)
