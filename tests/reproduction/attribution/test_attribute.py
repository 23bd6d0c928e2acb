"""Planted causes are found with their shares, and nothing is blamed for noise."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduction.attribution.planted import Planted, factors, planted
from whence.errors import ReproductionError
from whence.reproduction.attribution.attribute import Plan, attribute
from whence.reproduction.attribution.finding import Finding, Method, Standing
from whence.reproduction.attribution.laboratory import Mixture, Outcome, Trial
from whence.reproduction.attribution.trials import Budget


def shares(finding: Finding) -> dict[str, float]:
    return {"".join(sorted(each.block)): each.share.value for each in finding.shares}


EFFECTS = st.floats(-10, 10, allow_nan=False).map(lambda it: round(it, 3))


@given(
    st.lists(EFFECTS, min_size=2, max_size=4),
    st.dictionaries(st.sampled_from(["ab", "bc", "ac", "abc"]), EFFECTS, max_size=3),
)
def test_shares_of_up_to_four_sum_to_the_change_and_are_fair(
    effects: list[float], together: dict[str, float]
) -> None:
    keys = "abcd"[: len(effects)]
    together = {key: effect for key, effect in together.items() if set(key) <= set(keys)}
    finding = attribute(planted(dict(zip(keys, effects, strict=True)), together), factors(keys))
    if finding.standing is Standing.NO_EFFECT:
        assert abs(sum(effects) + sum(together.values())) < 1e-6
        return
    assert finding.change is not None
    found = shares(finding)
    assert sum(found.values()) == pytest.approx(finding.change.value, abs=1e-9)
    for key, effect in zip(keys, effects, strict=True):
        # Of what some do together each has the same part (symmetry); of other things none (dummy).
        due = sum(each / len(whole) for whole, each in together.items() if key in whole)
        assert found[key] == pytest.approx(effect + due, abs=1e-9)


def test_a_change_that_other_seeds_give_as_well_blames_nobody() -> None:
    for chance in range(20):
        finding = attribute(
            planted(dict.fromkeys("abcd", 0.0), noise=lambda _: 0.01, chance=chance),
            factors("abcd"),
        )
        assert finding.causes == ()
        assert finding.standing is Standing.NO_EFFECT


def test_noise_that_differs_between_mixtures_blames_nobody_either() -> None:
    for chance in range(20):
        finding = attribute(
            planted(
                dict.fromkeys("abcdef", 0.0),
                noise=lambda mixture: 0.05 if "a" in mixture else 0.001,
                chance=chance,
            ),
            factors("abcdef"),
        )
        assert finding.causes == ()


@pytest.mark.parametrize("chance", range(5))
def test_what_helps_and_hides_half_of_the_damage_is_seen(chance: int) -> None:
    laboratory = planted(
        {"data": -0.0135, "params": -0.0135, "code": 0.0035, "env": 0.0083},
        noise=lambda _: 0.0005,
        chance=chance,
    )
    finding = attribute(laboratory, factors(["data", "params", "code", "env"]))
    found = {next(iter(each.block)): each for each in finding.shares}
    assert found["env"].share.low > 0
    assert found["code"].share.low > 0
    assert found["data"].share.low <= -0.0135 <= found["data"].share.high
    assert finding.change is not None
    assert sum(shares(finding).values()) == pytest.approx(finding.change.value)


def test_two_causes_of_the_same_size_are_a_tie() -> None:
    finding = attribute(
        planted({"a": -0.01, "b": -0.01, "c": 0.004}, noise=lambda _: 0.001), factors("abc")
    )
    assert set(finding.tied) == {Mixture("a"), Mixture("b")}


@pytest.mark.parametrize("chance", range(3))
def test_an_interaction_is_told_and_nothing_else_is_one(chance: int) -> None:
    finding = attribute(
        planted(
            {"a": -0.02, "b": -0.01, "c": 0.003},
            {"ab": 0.008},
            noise=lambda _: 0.0005,
            chance=chance,
        ),
        factors("abc"),
    )
    (found,) = finding.interactions
    assert set(found.blocks) == {Mixture("a"), Mixture("b")}
    assert found.effect.low <= 0.008 <= found.effect.high


def test_a_seed_is_run_once_of_each_mixture_where_seeds_change_nothing() -> None:
    laboratory = planted({"a": -1.0, "b": 2.0, "c": 0.0})
    finding = attribute(laboratory, factors("abc"))
    assert finding.spent == 3 + 3 + 6
    assert len(set(laboratory.asked)) == len(laboratory.asked)
    assert finding.shares[0].share.low == finding.shares[0].share.high


def test_what_gives_the_same_with_every_seed_changes_nothing_and_is_left_out() -> None:
    def compute(mixture: Mixture, seed: int) -> float:
        others = sorted(mixture - {"idle"})
        noise = random.Random(repr((others, seed))).gauss(0, 0.01)
        return sum({"a": 1.0, "b": -3.0, "c": 0.5}[each] for each in others) + noise

    laboratory = Planted(compute)
    finding = attribute(laboratory, factors(["a", "b", "c", "idle"]))
    assert finding.changes_nothing == finding.without_effect == (Mixture({"idle"}),)
    assert len({trial.mixture for trial in laboratory.asked}) == 10
    assert sum(shares(finding).values()) == pytest.approx(-1.5, abs=0.05)


def test_the_same_question_gets_the_same_answer() -> None:
    def ask() -> Finding:
        laboratory = planted(
            {each: -0.01 * at for at, each in enumerate("abcdefg")},
            {"bg": 0.02},
            noise=lambda _: 0.001,
        )
        return attribute(laboratory, factors("abcdefg"))

    assert ask() == ask()


# ------------------------------------------------------------------------- many factors


def test_of_many_factors_those_that_do_nothing_cost_little() -> None:
    keys = [f"{layer}{number}" for layer in "xyz" for number in range(8)]
    effects = dict.fromkeys(keys, 0.0) | {"x3": -0.03, "z7": 0.01}
    finding = attribute(planted(effects), factors(keys))
    assert {each.block for each in finding.causes} == {Mixture({"x3"}), Mixture({"z7"})}
    assert frozenset().union(*finding.without_effect) == set(keys) - {"x3", "z7"}
    assert finding.spent < 40


def test_shares_of_many_that_act_alone_need_no_sampling() -> None:
    effects = {each: -0.01 * (at + 1) for at, each in enumerate("abcdef")}
    finding = attribute(planted(effects), factors("abcdef"))
    assert finding.method is Method.SCREEN
    assert shares(finding) == pytest.approx(effects)


@pytest.mark.parametrize("chance", range(3))
def test_shares_of_many_that_act_together_are_sampled(chance: int) -> None:
    effects = {each: -0.01 * (at + 1) for at, each in enumerate("abcdef")}
    finding = attribute(
        planted(effects, {"ef": 0.05}, noise=lambda _: 0.001, chance=chance),
        factors("abcdef"),
        plan=Plan(chance=chance),
    )
    assert finding.method is Method.ORDERS
    assert finding.change is not None
    assert sum(shares(finding).values()) == pytest.approx(finding.change.value)
    due = effects | {"e": effects["e"] + 0.025, "f": effects["f"] + 0.025}
    for each in finding.shares:
        (key,) = each.block
        assert each.share.low <= due[key] <= each.share.high
    assert {frozenset().union(*each.blocks) for each in finding.interactions} == {Mixture("ef")}


# ---------------------------------------------------------------- what cannot be told apart


def test_an_option_that_the_old_code_does_not_know_is_one_factor_with_the_new_code() -> None:
    laboratory = planted(
        {"option": -0.02, "code": 0.005, "data": -0.01, "params": 0.001},
        fails=lambda it: "no such option" if "option" in it and "code" not in it else "",
    )
    finding = attribute(laboratory, factors(["option", "code", "data", "params"]))
    (join,) = finding.joins
    assert join.members == {"option", "code"}
    assert join.reason == "no such option"
    found = {each.block: each.share.value for each in finding.shares}
    assert found[Mixture({"option", "code"})] == pytest.approx(-0.015)
    assert found[Mixture({"data"})] == pytest.approx(-0.01)
    assert finding.standing is Standing.EXPLAINED


def test_two_such_pairs_are_not_mixed_up() -> None:
    def fails(mixture: Mixture) -> str:
        return (
            "no"
            if ("a" in mixture) > ("b" in mixture) or ("c" in mixture) > ("d" in mixture)
            else ""
        )

    finding = attribute(
        planted(dict(zip("abcde", [1.0, 2.0, 3.0, 4.0, 5.0], strict=True)), fails=fails),
        factors("abcde"),
    )
    assert {each.members for each in finding.joins} == {Mixture("ab"), Mixture("cd")}
    assert sum(shares(finding).values()) == pytest.approx(15)


@given(st.sets(st.frozensets(st.sampled_from("abcde"), min_size=1, max_size=4), max_size=20))
def test_whatever_cannot_run_there_is_an_answer(broken: set[frozenset[str]]) -> None:
    finding = attribute(
        planted(
            dict(zip("abcde", [1.0, 2.0, 3.0, 4.0, 5.0], strict=True)),
            fails=lambda it: "no" if it in broken else "",
        ),
        factors("abcde"),
    )
    assert finding.standing in {Standing.EXPLAINED, Standing.NOT_SEPARABLE}
    assert sum(each.share.value for each in finding.shares) == pytest.approx(15)


def test_nothing_is_separable_where_every_mixture_fails() -> None:
    finding = attribute(
        planted({"a": 1.0, "b": 2.0}, fails=lambda it: "no" if len(it) == 1 else ""),
        factors("ab"),
    )
    assert finding.standing is Standing.NOT_SEPARABLE
    assert shares(finding) == {"ab": pytest.approx(3)}


# --------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("end", ["", "ab"])
def test_an_end_that_cannot_run_is_an_error(end: str) -> None:
    with pytest.raises(ReproductionError, match="itself cannot be run again: it broke"):
        attribute(
            planted({"a": 1.0, "b": 1.0}, fails=lambda it: "it broke" * (it == set(end))),
            factors("ab"),
        )


@pytest.mark.parametrize("runs", range(60))
def test_a_budget_is_never_overdrawn_and_there_is_an_answer(runs: int) -> None:
    laboratory = planted(
        {each: -0.01 * (at + 1) for at, each in enumerate("abcdef")},
        {"ab": 0.02},
        noise=lambda _: 0.001,
    )
    finding = attribute(laboratory, factors("abcdef"), budget=Budget(runs=runs))
    assert len(laboratory.asked) <= runs
    assert not finding.complete
    if finding.shares:
        assert finding.change is not None
        assert sum(shares(finding).values()) == pytest.approx(finding.change.value)
    else:
        assert finding.standing in {Standing.UNFINISHED, Standing.NO_EFFECT}


def test_one_value_of_each_end_is_no_change_that_anybody_knows() -> None:
    finding = attribute(planted({"a": 1.0}), factors("a"), budget=Budget(runs=2))
    assert finding.change is None
    assert finding.standing is Standing.UNFINISHED


def test_a_budget_of_time_ends_it() -> None:
    now = iter(range(1000))
    finding = attribute(
        planted({"a": 1.0, "b": 1.0}),
        factors("ab"),
        budget=Budget(seconds=3.5, clock=lambda: next(now)),
    )
    assert finding.standing is Standing.UNFINISHED
    assert finding.spent == 3


def test_a_recorded_value_that_never_comes_again_is_left_out_and_told() -> None:
    class Recorded(Planted):
        def run(self, trials: Sequence[Trial]) -> Sequence[Outcome]:
            return [
                Outcome(7.0, fresh=False, recorded=True)
                if each == Trial(Mixture(), 0)
                else Outcome(1.0 + len(each.mixture))
                for each in trials
            ]

    finding = attribute(Recorded(lambda _mixture, _seed: 0.0), factors("ab"))
    assert finding.unrepeatable == ("A",)
    assert finding.a is not None
    assert finding.a.value == 1.0
