import pytest

from whence.capture.naming import command_arguments, job_name


@pytest.mark.parametrize(
    ("command", "job"),
    [
        ("python train.py", "train"),
        ("python3.11 -u src/train.py --lr 0.1", "train"),
        ("python -m pkg.train --epochs 3", "pkg.train"),
        ("python -W ignore train.py", "train"),
        ("python -c pass", "python"),
        ("./train", "train"),
        ("bin/prepare.sh 3", "prepare"),
        ("sh pipeline.sh", "pipeline"),
        ("make data", "make data"),
        ("make", "make"),
        ("Rscript fit.R", "fit"),
        ("torchrun --nproc_per_node 2 train.py", "train"),
        ("accelerate launch train.py", "train"),
        ("python -m torch.distributed.run train.py", "torch.distributed.run"),
        ("env SEED=1 python train.py", "train"),
        ("timeout 10m python train.py", "train"),
        ("nice -n 5 python train.py", "train"),
        ("uv run python train.py", "train"),
        ("conda run -n ml python train.py", "train"),
        ("/usr/bin/sort -u data.txt", "sort"),
        ("jupyter nbconvert --to notebook --execute nb/train.ipynb --output o.ipynb", "train"),
        ("papermill -p alpha 0.5 in.ipynb out.ipynb", "in"),
        ("python -m papermill in.ipynb out.ipynb", "in"),
        ("jupyter lab", "jupyter"),
        ("cat", "cat"),
        ("env", "env"),
        ("python", "python"),
    ],
)
def test_the_job_is_the_script_not_what_runs_it(command: str, job: str) -> None:
    assert job_name(command.split()) == job


def test_a_name_with_odd_bytes_is_shown_escaped() -> None:
    assert job_name(["./tr\udcffin.sh"]) == "tr\\xffin"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("papermill -p alpha 0.5 -r name x in.ipynb out.ipynb", ["--alpha=0.5", "--name=x"]),
        ("jupyter nbconvert --execute in.ipynb", []),
        ("python -m ipykernel_launcher -f /tmp/kernel.json", []),
        ("python train.py --lr 1", ["--lr", "1"]),
    ],
)
def test_the_words_that_are_for_the_program_itself(command: str, words: list[str]) -> None:
    assert list(command_arguments(command.split())) == words
