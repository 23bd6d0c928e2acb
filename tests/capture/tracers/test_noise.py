import pytest

from whence.capture.tracers.noise import Noise, source_of


@pytest.mark.parametrize(
    ("path", "drops"),
    [
        ("/usr/lib/x.so", True),
        ("/etc/passwd", True),
        ("/proc/self/maps", True),
        ("/opt/jobs/data.csv", False),
        ("/opt/jobs/script.py", False),
        ("/opt/jobs/native.so", False),
        ("/opt/jobs/.venv/lib/python3.11/site-packages/numpy/a.py", True),
        ("/opt/jobs/.git/HEAD", True),
        ("/opt/jobs/.github/x.yml", False),
        ("/opt/jobs/.whence/store", True),
        ("/tmp/input.bin", False),
        ("/opt/ml/input/data", False),
        ("/opt/conda/lib/python3.12/os.py", True),
        ("/home/me/.cache/huggingface/hub/model.bin", False),
        ("/home/me/.cache/pip/x", True),
        ("/home/me/.gitconfig", True),
        ("/home/me/.keras/keras.json", True),
        ("/home/me/.keras/datasets/mnist.npz", False),
        ("/opt/jobs/keras.json", False),
        ("/opt/jobs/.profile-data", False),
        ("/data/node_modules/x", True),
        ("/session/journal", True),
    ],
)
def test_places_that_hold_no_data(path: str, drops: bool) -> None:
    assert Noise("/work", ("/session",)).drops(path) is drops


@pytest.mark.parametrize(
    "root", ["/usr/src/app", "/home/me/lib/python3-tools", "/x/node_modules/y"]
)
def test_a_workspace_in_an_odd_place_is_kept(root: str) -> None:
    noise = Noise(root)
    assert not noise.drops(f"{root}/data.csv")
    assert noise.drops(f"{root}/.git/HEAD")
    assert noise.drops("/usr/lib/x.so")


def test_a_session_inside_the_workspace_is_ours() -> None:
    noise = Noise("/work", ("/opt/jobs/run/session",))
    assert noise.drops("/opt/jobs/run/session/ring")
    assert not noise.drops("/opt/jobs/run/result")


@pytest.mark.parametrize(
    ("cached", "source"),
    [
        ("/w/pkg/__pycache__/m.cpython-311.pyc", "/w/pkg/m.py"),
        ("/w/pkg/__pycache__/m.cpython-311.opt-1.pyc", "/w/pkg/m.py"),
        ("/w/pkg/m.pyc", "/w/pkg/m.pyc"),
        ("/w/pkg/m.py", "/w/pkg/m.py"),
    ],
)
def test_a_cached_module_stands_for_its_source(cached: str, source: str) -> None:
    assert source_of(cached) == source
