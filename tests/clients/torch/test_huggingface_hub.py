"""Files of the Hugging Face hub: from a server, from the cache, and without either."""

import hashlib
from pathlib import Path
from typing import Any

from clients.torch.hub import COMMIT, git_id, hub

FILES = {"config.json": b'{"a": 1}', "model.safetensors": b"weights" * 100}
LARGE = frozenset({"model.safetensors"})


def cached(home: Path) -> Path:
    """A cache as a download would have left it."""
    repo = home / "hub" / "models--org--tiny"
    snapshot = repo / "snapshots" / COMMIT
    for folder in (snapshot, repo / "blobs", repo / "refs"):
        folder.mkdir(parents=True)
    (repo / "refs" / "main").write_text(COMMIT)
    for name, content in FILES.items():
        blob = hashlib.sha256(content).hexdigest() if name in LARGE else git_id(content)
        (repo / "blobs" / blob).write_bytes(content)
        (snapshot / name).symlink_to(f"../../blobs/{blob}")
    return snapshot


def check(found: Any) -> None:
    told = {each["uri"]: each for each in found.all("remote") if each["service"] == "huggingface"}
    weights = told[f"hf://org/tiny@{COMMIT}/model.safetensors"]
    assert weights["sha256"] == hashlib.sha256(FILES["model.safetensors"]).hexdigest()
    assert weights["size"] == len(FILES["model.safetensors"])
    assert (weights["repo"], weights["revision"], weights["mode"]) == ("org/tiny", COMMIT, "read")
    assert Path(weights["file"]).read_bytes() == FILES["model.safetensors"]
    config = told[f"hf://org/tiny@{COMMIT}/config.json"]
    assert config["etag"] == git_id(FILES["config.json"])


def test_downloads_are_told_with_commit_and_digest(train: Any) -> None:
    with hub("org/tiny", FILES, LARGE) as endpoint:
        found = train(
            "from huggingface_hub import hf_hub_download, snapshot_download\n"
            "hf_hub_download('org/tiny', 'model.safetensors')\n"
            "print(open(snapshot_download('org/tiny') + '/config.json').read())\n",
            env={"HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"},
        )
    check(found)


def test_a_download_into_a_folder_of_the_users(train: Any) -> None:
    with hub("org/tiny", FILES, LARGE) as endpoint:
        found = train(
            "from huggingface_hub import hf_hub_download\n"
            "for name in ('model.safetensors', 'config.json'):\n"
            "    hf_hub_download('org/tiny', name, local_dir='here')\n",
            env={"HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"},
        )
    check(found)


def test_what_was_in_the_cache_already_is_told_alike(train: Any, tmp_path: Path) -> None:
    cached(tmp_path / "hf")
    found = train(
        "from huggingface_hub import hf_hub_download, snapshot_download\n"
        "hf_hub_download('org/tiny', 'config.json')\n"
        "snapshot_download('org/tiny')\n",
        compare=True,
    )
    check(found)
