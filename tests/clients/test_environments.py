"""What an environment is made from, as pure text."""

from clients.environments import (
    LOCKS,
    blocks,
    groups,
    pip_settings,
    with_digests,
    without_gpu,
)

LOCK = """# made by hand
nvidia-ml-py==13.1 \\
    --hash=sha256:aa
nvidia-nccl-cu13==2.29 ; sys_platform == 'linux' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
torch==2.13.0 \\
    --hash=sha256:dd
triton==3.7 ; sys_platform == 'linux' \\
    --hash=sha256:ee
"""


def test_a_lock_is_read_package_by_package() -> None:
    assert [name for name, _ in blocks(LOCK)] == [
        "nvidia-ml-py",
        "nvidia-nccl-cu13",
        "torch",
        "triton",
    ]


def test_a_cpu_environment_lacks_what_only_cuda_needs() -> None:
    assert [name for name, _ in blocks(without_gpu(LOCK))] == ["nvidia-ml-py", "torch"]


def test_a_cpu_build_is_accepted_once_beside_the_others() -> None:
    once = with_digests(LOCK, "torch", ["ff", "dd"])
    assert dict(blocks(once))["torch"] == (
        "torch==2.13.0 \\\n    --hash=sha256:dd \\\n    --hash=sha256:ff\n"
    )
    assert with_digests(once, "torch", ["ff"]) == once


def test_every_lock_is_hashed_and_names_no_place() -> None:
    assert groups()
    for group in groups():
        lock = (LOCKS / f"{group}.lock").read_text(encoding="utf-8")
        for name, text in blocks(lock):
            assert "--hash=sha256:" in text, name
        assert "://" not in lock
        assert "--find-links" not in lock


def test_what_pip_was_told_is_told_to_uv_unless_uv_knows_better() -> None:
    config = "global.find-links='a b'\n:env:.cert='c.pem'\ninstall.index-url='http://i'\n"
    told = {"UV_FIND_LINKS": "a,b", "UV_DEFAULT_INDEX": "http://i", "SSL_CERT_FILE": "c.pem"}
    assert pip_settings({}, config) == told
    assert "UV_FIND_LINKS" not in pip_settings({"UV_FIND_LINKS": "x"}, config)
