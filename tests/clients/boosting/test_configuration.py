"""Programs that read their configuration with a library: values, and where each came from."""

from pathlib import Path
from typing import Any

import pytest

from scratch import Project, make_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


def told(project: Project, client: Path, *words: str) -> dict[str, tuple[Any, str]]:
    project.run(str(client), *words)
    seen = project.ask("show", "last")
    assert seen["gaps"] == []
    return {
        name: (value, seen["parameter_details"][name]["source"])
        for name, value in seen["parameters"].items()
    }


CLICK = """
import click

@click.group()
def main():
    pass

@main.command()
@click.option("--lr", default=0.1)
@click.option("--epochs", "-e", default=3, envvar="EPOCHS")
@click.option("--password", hide_input=True, default="hunter2")
@click.argument("data")
def train(lr, epochs, password, data):
    print(lr, epochs, data)

main()
"""


def test_click(project: Project, client: Path) -> None:
    project.write("train.py", CLICK)
    project.env["EPOCHS"] = "7"
    assert told(project, client, "train.py", "train", "--lr", "0.5", "a.csv") == {
        "argument 1": ("train", "command line"),
        "lr": (0.5, "command line"),
        "data": ("a.csv", "command line"),
        "epochs": (7, "click, environment variable"),
    }


def test_typer(project: Project, client: Path) -> None:
    project.write(
        "train.py",
        "import typer\n"
        "def main(name: str, lr: float = 0.1, dry_run: bool = False):\n    print(name, lr)\n"
        "typer.run(main)\n",
    )
    assert told(project, client, "train.py", "first", "--dry-run") == {
        "name": ("first", "command line"),
        "dry_run": (True, "command line"),
        "lr": (0.1, "click, default"),
    }


def test_fire(project: Project, client: Path) -> None:
    project.write(
        "train.py",
        "import fire\n"
        "class Job:\n"
        "    def __init__(self, seed=1):\n        self.seed = seed\n"
        "    def fit(self, data, lr=0.1, layers=(8, 8)):\n        return lr * self.seed\n"
        "fire.Fire(Job)\n",
    )
    found = told(project, client, "train.py", "--seed=3", "fit", "a.csv", "--lr=0.5")
    assert found.pop("argument 1") == ("fit", "command line")
    assert found == {
        "seed": (3, "command line"),
        "data": ("a.csv", "command line"),
        "lr": (0.5, "command line"),
        "layers": ([8, 8], "fire, default"),
    }


HYDRA = """
import hydra

@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    print(cfg.model.depth, cfg.lr)

main()
"""


def test_hydra(project: Project, client: Path) -> None:
    project.write("train.py", HYDRA)
    project.write("conf/config.yaml", "defaults:\n  - model: small\nlr: 0.1\ntwice: ${lr}\n")
    project.write("conf/model/small.yaml", "depth: 2\nwidth: 8\n")
    found = told(project, client, "train.py", "model.depth=5", "+extra=x")
    effective = {name: value for name, value in found.items() if ":" not in name}
    assert (
        effective.items()
        >= {
            "model.depth": (5, "command line"),
            "extra": ("x", "command line"),
            "lr": (0.1, "hydra, configuration"),
            "twice": (0.1, "hydra, configuration"),
            "model.width": (8, "hydra, configuration"),
        }.items()
    )


def test_omegaconf(project: Project, client: Path) -> None:
    project.write("base.yaml", "lr: 0.1\nnet:\n  layers: [4, 4]\n")
    project.write(
        "train.py",
        "from omegaconf import OmegaConf\n"
        "cfg = OmegaConf.merge(OmegaConf.load('base.yaml'), OmegaConf.from_cli())\nprint(cfg.lr)\n",
    )
    found = told(project, client, "train.py", "lr=0.5")
    assert found["lr"] == (0.5, "command line")
    assert found["net.layers"] == ([4, 4], "omegaconf, base.yaml")


def test_tools_built_with_these_libraries_are_not_the_program(
    project: Project, client: Path
) -> None:
    project.write("check.py", "import typer.main, click.testing, hydra, omegaconf, fire\n")
    assert told(project, client, "check.py") == {}
