"""The Hugging Face hub: which file of which repository at which commit, by the cache's layout.

A cached file lies at ``models--org--name/snapshots/COMMIT/FILE`` and is a link to a blob, whose
name is the SHA-256 of a large file, or git's id of a small one.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_MOST = 500
_KINDS = {"models": "", "datasets": "datasets/", "spaces": "spaces/"}


def hooks(watch: Any) -> Any:
    """Modules to be told of, each with what is called right after it was executed."""
    return {
        "huggingface_hub.file_download": lambda module: _on_download(watch, module),
        "huggingface_hub._snapshot_download": lambda module: _on_snapshot(watch, module),
        "huggingface_hub.hf_api": lambda module: _on_api(watch, module),
    }


def _on_download(watch: Any, module: Any) -> None:
    def after(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
        if not isinstance(result, str):
            return
        if not tell_cached(watch, result):
            _tell_local(watch, args, kwargs, result)

    watch.wrap(module, "hf_hub_download", after=after)


def cached_place(path: Any) -> Any:
    """Repository kind, name, commit and file of a path in a hub's cache; ``None`` elsewhere."""
    parts = os.path.normpath(path).split(os.sep)
    for at in range(len(parts) - 3, 0, -1):
        if parts[at] != "snapshots":
            continue
        kind, _, name = parts[at - 1].partition("--")
        if kind in _KINDS and name:
            return kind, name.replace("--", "/"), parts[at + 1], "/".join(parts[at + 2 :])
    return None


def cached_uri(path: str) -> str:
    """What a path in a hub's cache is a copy of; the path itself elsewhere."""
    place = cached_place(path)
    if place is None:
        return path
    kind, repo, commit, file = place
    return "hf://%s%s@%s/%s" % (_KINDS[kind], repo, commit, file)


def tell_cached(watch: Any, path: Any) -> Any:
    """Tell of a file in the hub's cache what it is there, once."""
    place = cached_place(path)
    if place is None:
        return False
    kind, repo, commit, _ = place
    uri = cached_uri(path)
    if uri in _TOLD:
        return True
    _TOLD.add(uri)
    _tell_read(
        watch, uri, (repo, kind[:-1], commit), os.path.basename(os.path.realpath(path)), path
    )
    return True


def _tell_read(watch: Any, uri: str, place: tuple[str, str, str], tag: str, path: str) -> None:
    """A file of a repository is here; its tag is a SHA-256 where it is large, else git's id."""
    repo, kind, commit = place
    facts: dict[str, Any] = {}
    if _is_hex(tag) and len(tag) in (40, 64):
        facts["sha256" if len(tag) == 64 else "etag"] = tag
    try:
        facts["size"] = os.path.getsize(path)
    except OSError:
        pass
    watch.remote(
        "read",
        uri,
        "huggingface",
        repo=repo,
        repo_kind=kind,
        revision=commit,
        version=commit,
        file=os.path.realpath(path),
        cached=cached_place(path) is not None or None,
        **facts,
    )


_TOLD: set[str] = set()


def _tell_local(watch: Any, args: Any, kwargs: Any, path: Any) -> None:
    """A download into a folder of the user's choice: its metadata file names commit and etag."""
    repo = args[0] if args else kwargs.get("repo_id")
    file = args[1] if len(args) > 1 else kwargs.get("filename")
    folder = kwargs.get("local_dir")
    if folder is None or not isinstance(repo, str):
        return
    inner = os.path.relpath(path, os.fspath(folder))
    noted = os.path.join(
        os.fspath(folder), ".cache", "huggingface", "download", inner + ".metadata"
    )
    try:
        with open(noted, encoding="utf-8") as lines:
            commit, etag = lines.readline().strip(), lines.readline().strip()
    except OSError:
        commit, etag = kwargs.get("revision") or "main", ""
    kind = kwargs.get("repo_type") or "model"
    uri = "hf://%s%s@%s/%s" % (_KINDS.get(kind + "s", ""), repo, commit, file)
    _tell_read(watch, uri, (repo, kind, commit), etag, path)


def _on_snapshot(watch: Any, module: Any) -> None:
    def after(_token: Any, _args: Any, _kwargs: Any, result: Any) -> None:
        if isinstance(result, str) and cached_place(os.path.join(result, "any")) is not None:
            found = 0
            for folder, _, names in os.walk(result):
                for name in sorted(names)[: _MOST - found]:
                    tell_cached(watch, os.path.join(folder, name))
                    found += 1

    watch.wrap(module, "snapshot_download", after=after)


def _on_api(watch: Any, module: Any) -> None:
    def after(_token: Any, args: Any, kwargs: Any, result: Any) -> None:
        repo = kwargs.get("repo_id", args[1] if len(args) > 1 else None)
        if not isinstance(repo, str):
            return
        commit = getattr(result, "oid", None) or kwargs.get("revision") or "main"
        kind = (kwargs.get("repo_type") or "model") + "s"
        operations = kwargs.get("operations", args[2] if len(args) > 2 else ())
        for each in list(operations)[:200]:
            source = getattr(each, "path_or_fileobj", None)
            inner = getattr(each, "path_in_repo", "")
            if source is None:
                continue
            info = getattr(each, "upload_info", None)
            digest = getattr(info, "sha256", None)
            watch.remote(
                "write",
                "hf://%s%s@%s/%s" % (_KINDS.get(kind, ""), repo, commit, inner),
                "huggingface",
                repo=repo,
                repo_kind=kind[:-1],
                revision=commit,
                version=commit,
                file=os.path.abspath(source) if isinstance(source, str) else None,
                size=getattr(info, "size", None),
                sha256=digest.hex() if isinstance(digest, bytes) else None,
            )

    watch.wrap(module.HfApi, "create_commit", after=after)


def _is_hex(text: Any) -> Any:
    return all(each in "0123456789abcdef" for each in text)
