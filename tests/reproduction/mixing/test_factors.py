"""What differs between two pipelines, and what a mixture of them is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from reproduction.mixing.recipes import ROOT, Computing, Contents, recipe
from whence.errors import ReproductionError, UsageError
from whence.reproduction.attribution.attribute import attribute
from whence.reproduction.attribution.finding import Standing
from whence.reproduction.attribution.laboratory import Mixture, Trial
from whence.reproduction.interface import Recipe, Replay, Replayed
from whence.reproduction.mixing.bench import Bench
from whence.reproduction.mixing.factors import Mixing
from whence.reproduction.mixing.shelf import StageShelf
from whence.reproduction.mixing.stages import Pipeline, Stage

CODE = "scale = 2\n\n\n\n\n\n\n\nshift = 0\n"


def prepare(
    files: Mapping[str, str], words: Sequence[str], seed: int
) -> tuple[dict[str, str], dict[str, float]]:
    return {"clean.csv": str(float(files["raw.csv"]) * 10)}, {}


def train(
    files: Mapping[str, str], words: Sequence[str], seed: int
) -> tuple[dict[str, str], dict[str, float]]:
    code: dict[str, float] = {}
    exec(files["train.py"], code)  # the code of the mixture
    config = json.loads(files["config.json"])
    rate = float(words[words.index("--rate") + 1]) if "--rate" in words else 1.0
    if "--deep" in words and code["scale"] == 2:
        message = "no such option: --deep"
        raise ValueError(message)
    value = float(files["clean.csv"]) * code["scale"] + code["shift"] + config["leaves"]
    return {}, {"score": value * rate + config["seed"] * 0}


@pytest.fixture
def contents() -> Contents:
    return Contents()


def pipelines(
    contents: Contents, words: str = "", code: str = CODE, **config: int
) -> tuple[Recipe, Recipe]:
    """A pipeline of two stages as B; what is not said is as in A."""
    raw = "3" if config.pop("fewer", 0) else "4"
    settings = json.dumps({"leaves": 31, "seed": 7} | config)
    number = "b" if words or code != CODE or config or raw == "3" else "a"
    done: tuple[dict[str, str], dict[str, float]] = prepare({"raw.csv": raw}, [], 0)
    first = recipe(
        contents, number + "1", "python prepare.py", {"prepare.py": "…"}, {"raw.csv": raw}, done[0]
    )
    files = {"train.py": code, "config.json": settings, **done[0]}
    command = f"python train.py {words}".strip()
    second = recipe(
        contents,
        number + "2",
        command,
        {"train.py": code},
        {"config.json": settings, "clean.csv": done[0]["clean.csv"]},
        {},
        train(files, command.split(), 0)[1],
    )
    return first, second


def mix(contents: Contents, a: Sequence[Recipe], b: Sequence[Recipe]) -> Mixing:
    stages = tuple(Stage(one, other, draws=False) for one, other in zip(a, b, strict=True))
    return Mixing(Pipeline(stages, "score"), contents.of.get)


def keys(mixing: Mixing) -> list[str]:
    return [each.key for each in mixing.differences]


def test_each_layer_has_its_factors(contents: Contents) -> None:
    b = pipelines(
        contents, "--rate 0.5", CODE.replace("2", "3").replace("0", "1"), leaves=63, fewer=1
    )
    mixing = mix(contents, pipelines(contents), b)
    assert {(each.layer, each.key, each.jobs) for each in mixing.differences} == {
        ("data", "raw.csv", ("prepare",)),
        ("parameters", "leaves 31 → 63 (config.json)", ("train",)),
        ("code", "train.py:1 scale = 3", ("train",)),
        ("code", "train.py:9 shift = 1", ("train",)),
        ("parameters", "--rate 0.5", ("train",)),
    }


def test_what_follows_from_an_earlier_stage_is_no_factor(contents: Contents) -> None:
    mixing = mix(contents, pipelines(contents), pipelines(contents, fewer=1))
    assert keys(mixing) == ["raw.csv"]


def test_the_empty_mixture_is_a_and_the_full_one_is_b(contents: Contents) -> None:
    a, b = pipelines(contents), pipelines(contents, "--rate 0.5", leaves=63)
    mixing = mix(contents, a, b)
    for mixture, recipes in ((Mixture(), a), (mixing.everything, b)):
        made = {"clean.csv": "f" * 64}
        replay = mixing.replay(1, mixture, made)
        assert replay is not None
        assert replay.recipe == recipes[1]
        assert replay.command == recipes[1].command
        assert replay.files[f"{ROOT}/clean.csv"] == "f" * 64


def test_a_mixture_has_the_chosen_parts_alone(contents: Contents) -> None:
    b = pipelines(contents, "--rate 0.5", CODE.replace("2", "3"), leaves=63)
    mixing = mix(contents, pipelines(contents), b)
    replay = mixing.replay(1, Mixture({"leaves 31 → 63 (config.json)", "--rate 0.5"}), {})
    assert replay is not None
    assert contents.read(replay.files[f"{ROOT}/train.py"]) == CODE
    assert json.loads(contents.read(replay.files[f"{ROOT}/config.json"]))["leaves"] == 63
    assert replay.command[-2:] == ("--rate", "0.5")


def test_packages_count_where_they_are_imported(contents: Contents) -> None:
    a, b = pipelines(contents), pipelines(contents, leaves=63)
    need = b[1].environment
    idle = replace(need, digest="d" * 64, packages={**need.packages, "pip": "25"})
    assert len(mix(contents, a, (b[0], replace(b[1], environment=idle))).differences) == 1
    other = replace(need, digest="d" * 64, packages={**need.packages, "numpy": "2.1"})
    words = ("/venv/bin/python3.11", *b[1].command[1:])
    mixing = mix(contents, a, (b[0], replace(b[1], environment=other, command=words)))
    assert keys(mixing) == ["leaves 31 → 63 (config.json)", "numpy 2.0 → 2.1"]
    replay = mixing.replay(1, Mixture({"numpy 2.0 → 2.1"}), {})
    assert replay is not None
    assert replay.command == a[1].command
    assert replay.environment.packages["numpy"] == "2.1"


def test_a_file_of_one_side_alone_is_a_factor_unless_something_else_asks_for_it(
    contents: Contents,
) -> None:
    a, b = pipelines(contents), pipelines(contents, leaves=63)
    more = recipe(contents, "c", "python x.py", {}, {"more.csv": "1"}).inputs
    mixing = mix(contents, a, (replace(b[0], inputs=(*b[0].inputs, *more)), b[1]))
    assert "more.csv, which B alone has" in keys(mixing)
    without = mixing.replay(0, mixing.everything - {"more.csv, which B alone has"}, {})
    assert without is not None
    assert f"{ROOT}/more.csv" not in without.files

    asking = replace(b[0], command=(*b[0].command, "--also", "more.csv"))
    mixing = mix(contents, a, (replace(asking, inputs=(*b[0].inputs, *more)), b[1]))
    assert keys(mixing) == ["--also more.csv", "leaves 31 → 63 (config.json)"]


def test_nothing_that_differs_is_an_error(contents: Contents) -> None:
    a = pipelines(contents)
    with pytest.raises(UsageError, match="nothing recorded differs"):
        mix(contents, a, a)
    with pytest.raises(UsageError, match=r"train\.py differs only in what changes nothing"):
        mix(contents, a, pipelines(contents, code=CODE + "# done\n"))


# --------------------------------------------------------------------- the laboratory


def bench(
    contents: Contents, mixing: Mixing, studio: Computing, shelf: StageShelf, width: int = 1
) -> Bench:
    return Bench(mixing, lambda: studio, contents.of.__contains__, shelf, width=width)


PROGRAMS = {"prepare.py": prepare, "train.py": train}


@pytest.mark.parametrize("width", [1, 3])
def test_known_shares_of_a_pipeline_are_found(
    contents: Contents, tmp_path: Path, width: int
) -> None:
    b = pipelines(contents, code=CODE.replace("2", "3").replace("0", "5"), leaves=63, fewer=1)
    mixing = mix(contents, pipelines(contents), b)
    studio = Computing(contents, PROGRAMS)
    shelf = StageShelf(tmp_path / "stages")
    laboratory = bench(contents, mixing, studio, shelf, width)
    finding = attribute(laboratory, [each.factor() for each in mixing.differences])
    shares = {next(iter(each.block)): each.share.value for each in finding.shares}
    assert shares == pytest.approx(
        {
            "leaves 31 → 63 (config.json)": 32,
            "train.py:9 shift = 5": 5,
            "train.py:1 scale = 3": 35,  # (40 + 30) / 2
            "raw.csv": -25,  # -10 * (2 + 3) / 2
        }
    )
    assert finding.change is not None
    assert finding.change.value == pytest.approx(b[1].metrics["score"] - 111)

    before = len(studio.performed)
    again = bench(contents, mixing, studio, shelf)
    assert attribute(again, [each.factor() for each in mixing.differences]).spent == 0
    assert len(studio.performed) == before


def test_stages_that_mixtures_share_are_run_once(contents: Contents, tmp_path: Path) -> None:
    b = pipelines(contents, leaves=63, fewer=1)
    mixing = mix(contents, pipelines(contents), b)
    studio = Computing(contents, PROGRAMS)
    shelf = StageShelf(tmp_path / "stages")
    outcomes = bench(contents, mixing, studio, shelf).run(
        [Trial(Mixture(), 0), Trial(mixing.everything, 0), Trial(Mixture({"raw.csv"}), 0)]
    )
    assert [each.fresh for each in outcomes] == [False, False, True]
    assert [each.recorded for each in outcomes] == [True, True, False]
    # The data of B was prepared by B itself; only the training is new.
    assert [each.command[1] for each in studio.performed] == ["train.py"]


def test_a_mixture_that_cannot_run_tells_its_last_words(contents: Contents, tmp_path: Path) -> None:
    b = pipelines(contents, "--deep", CODE.replace("2", "3"), leaves=63)
    mixing = mix(contents, pipelines(contents), b)
    studio = Computing(contents, PROGRAMS)
    shelf = StageShelf(tmp_path / "stages")
    finding = attribute(
        bench(contents, mixing, studio, shelf), [each.factor() for each in mixing.differences]
    )
    (join,) = finding.joins
    assert join.reason == "ValueError: no such option: --deep"
    assert join.members == {"--deep", "train.py"}
    assert finding.standing is Standing.EXPLAINED
    assert {each.block: each.share.value for each in finding.shares} == {
        Mixture({"--deep", "train.py"}): pytest.approx(40),
        Mixture({"leaves 31 → 63 (config.json)"}): pytest.approx(32),
    }


def test_what_fails_on_our_side_blames_no_mixture(contents: Contents, tmp_path: Path) -> None:
    class Full(Computing):
        def perform(self, replay: Replay, *, timeout: float | None = None) -> Replayed:
            raise ReproductionError("raw.csv could not be put in place") from OSError("disk full")

    mixing = mix(contents, pipelines(contents), pipelines(contents, leaves=63, fewer=1))
    laboratory = bench(
        contents, mixing, Full(contents, PROGRAMS), StageShelf(tmp_path / "stages"), 2
    )
    with pytest.raises(ReproductionError, match="could not be put in place"):
        laboratory.run([Trial(Mixture({"raw.csv"}), 0), Trial(Mixture({"raw.csv"}), 1)])


def test_a_metric_that_is_no_number_is_no_value(contents: Contents, tmp_path: Path) -> None:
    def broken(
        files: Mapping[str, str], words: Sequence[str], seed: int
    ) -> tuple[dict[str, str], dict[str, float]]:
        return {}, {"score": float("nan")}

    mixing = mix(contents, pipelines(contents), pipelines(contents, leaves=63, fewer=1))
    studio = Computing(contents, {"prepare.py": prepare, "train.py": broken})
    laboratory = bench(contents, mixing, studio, StageShelf(tmp_path / "stages"))
    (outcome,) = laboratory.run([Trial(Mixture({"raw.csv"}), 0)])
    assert outcome.value is None
    assert outcome.reason == "it told score nan"


def test_data_on_which_it_is_measured_is_a_factor_and_a_warning(contents: Contents) -> None:
    def measured(number: str, test: str) -> tuple[Recipe, Recipe]:
        first = recipe(contents, number + "1", "python train.py", {}, {"raw.csv": "1"}, {"m": "m"})
        inputs = {"m": "m", "test.csv": test}
        last = recipe(contents, number + "2", "python evaluate.py", {}, inputs, {}, {"score": 1})
        return first, last

    mixing = mix(contents, measured("a", "1"), measured("b", "2"))
    assert keys(mixing) == ["test.csv"]
    assert "test.csv, on which score is measured, is not the same" in mixing.notes[0]
