"""Weights & Biases: what a run is told, online, offline or disabled."""

from __future__ import annotations

import base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_RUN = "wandb.sdk.wandb_run"
_ARTIFACT = "wandb.sdk.artifacts.artifact"


def hooks(watch: Any) -> dict[str, Callable[[Any], None]]:
    """Modules to be told of, each with what is called right after it was executed."""
    shared = watch.load("trackers")
    hooks = _Hooks(watch, shared, shared.Tracker(watch, "wandb"))
    return {_RUN: hooks.on_run_module, _ARTIFACT: hooks.on_artifact_module}


class _Hooks:
    def __init__(self, watch: Any, shared: Any, tracker: Any) -> None:
        self.watch = watch
        self.get = shared.argument
        self.tracker = tracker

    def on_run_module(self, module: Any) -> None:
        wrap, owner = self.watch.wrap, module.Run
        wrap(owner, "_on_start", after=self.on_start)
        wrap(owner, "_config_callback", after=self.on_config)
        wrap(owner, "_log", before=self.before_log, after=self.on_log)
        wrap(owner, "_summary_update_callback", after=self.on_summary)
        wrap(owner, "_log_artifact", after=self.on_log_artifact)
        wrap(owner, "use_artifact", after=self.on_use_artifact)

    def on_start(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        run = args[0]
        settings = run._settings
        self.tracker.link(
            run.id,
            getattr(settings, "run_url", None) or "",
            name=getattr(settings, "run_name", None),
            project=getattr(settings, "project", None),
            folder=getattr(settings, "sync_dir", None),
        )
        self.say_config(run, dict(run._config.items()))

    def say_config(self, run: Any, values: Any) -> None:
        told = {
            name: value
            for name, value in self.watch.flat(dict(values)).items()
            if not name.startswith("_wandb")
        }
        if told:
            self.tracker.values("parameters", told, self.id_of(run))

    def id_of(self, run: Any) -> str:
        return str(getattr(getattr(run, "_settings", None), "run_id", None) or "")

    def on_config(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        key, data = self.get(args, kwargs, 1, "key"), self.get(args, kwargs, 3, "data")
        if isinstance(key, str):
            self.say_config(args[0], {key: self.get(args, kwargs, 2, "val")})
        elif data:
            self.say_config(args[0], data)

    def before_log(self, args: Any, kwargs: Any) -> Any:
        step = self.get(args, kwargs, 2, "step")
        return getattr(args[0], "_local_step", None) if step is None else step

    def on_log(self, step: Any, args: Any, kwargs: Any, result: Any) -> None:
        data = self.get(args, kwargs, 1, "data")
        if any(isinstance(value, dict) for value in data.values()):
            data = self.watch.flat(data)
        self.tracker.metrics(data, step, self.id_of(args[0]))

    def on_summary(self, _: Any, args: Any, kwargs: Any, result: Any) -> None:
        record = self.get(args, kwargs, 1, "summary_record")
        values = {".".join(map(str, each.key)): each.value for each in record.update}
        self.tracker.metrics(self.watch.flat(values), None, self.id_of(args[0]))

    # ------------------------------------------------------------ artifacts

    def on_artifact_module(self, module: Any) -> None:
        owner = module.Artifact
        self.watch.wrap(owner, "_add_local_file", after=self.on_file)
        self.watch.wrap(owner, "add_reference", after=self.on_reference)
        self.watch.wrap(owner, "download", after=self.on_download)

    def on_file(self, _: Any, args: Any, kwargs: Any, entry: Any) -> None:
        path = self.get(args, kwargs, 2, "path")
        self.tracker.thing("artifact", path, digest=_md5(entry.digest), **_named(args[0]))

    def on_reference(self, _: Any, args: Any, kwargs: Any, entries: Any) -> None:
        for each in list(entries)[:1000]:
            if getattr(each, "ref", None):
                self.tracker.thing("artifact", each.ref, **_named(args[0]))

    def on_log_artifact(self, _: Any, args: Any, kwargs: Any, artifact: Any) -> None:
        aliases = self.get(args, kwargs, 4, "aliases")
        self.tracker.thing(
            "artifact",
            run=self.id_of(args[0]),
            mode="generated",
            aliases=list(aliases) if aliases else None,
            **_named(artifact),
        )

    def on_use_artifact(self, _: Any, args: Any, kwargs: Any, artifact: Any) -> None:
        version = getattr(artifact, "version", None)
        self.tracker.thing(
            "artifact", run=self.id_of(args[0]), mode="used", version=version, **_named(artifact)
        )

    def on_download(self, _: Any, args: Any, kwargs: Any, folder: Any) -> None:
        version = getattr(args[0], "version", None)
        self.tracker.thing("artifact", folder, mode="used", version=version, **_named(args[0]))


def _named(artifact: Any) -> dict[str, Any]:
    return {"name": artifact.name, "type": artifact.type}


def _md5(digest: Any) -> str | None:
    """The manifest's digest as others write it."""
    try:
        raw = base64.b64decode(digest)
    except (TypeError, ValueError):
        return None
    return "md5:" + raw.hex() if len(raw) == 16 else None
