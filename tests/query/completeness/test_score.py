"""What must hold of every score, whatever the story."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.model.edge import Basis
from whence.model.identity import NodeId, derived_id
from whence.model.node import NodeKind
from whence.query.completeness.remedies import find_remedies
from whence.query.completeness.score import UNKNOWN, Score, score
from whence.query.completeness.story import Evidence, Origin, RunTold, Story, Thing, unknown
from whence.query.completeness.table import COSTS, LAYERS

RUN_QUESTIONS = [
    (layer.name, question)
    for layer in LAYERS.values()
    if layer.about == "run"
    for question in layer.questions
]
BASES = st.sampled_from(list(Basis))
EVIDENCE = st.one_of(
    st.just(unknown("nobody saw")),
    st.builds(Evidence, BASES, st.floats(0.1, 1.0), st.just("some")),
)


def name(kind: str, number: int) -> NodeId:
    return derived_id(kind, str(number))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Things and runs in layers, each thing made before it is used."""
    count = draw(st.integers(1, 7))
    things: dict[NodeId, Thing] = {}
    runs: dict[NodeId, RunTold] = {}
    bases: dict[NodeId, Any] = {}
    for number in range(count):
        thing = name("thing", number)
        earlier = sorted(things)
        origins: tuple[Origin, ...] = ()
        form = draw(st.sampled_from(["unknown", "run", "run", "derived"]))
        some = st.lists(st.sampled_from(earlier), unique=True, max_size=3) if earlier else None
        if form == "run":
            run = name("run", number)
            used = tuple(draw(some)) if some is not None else ()
            asked = draw(st.lists(st.sampled_from(RUN_QUESTIONS), unique=True))
            answers = {question: draw(EVIDENCE) for question in asked}
            runs[run] = RunTold(run, f"job {number}", used, answers, ("python", f"{number}.py"))
            origins = (Origin(run, draw(BASES)),)
        elif form == "derived" and some is not None:
            parents = draw(some)
            origins = tuple(Origin(each, draw(BASES), draw(st.booleans())) for each in parents)
        things[thing] = Thing(
            thing,
            f"thing {number}",
            draw(st.sampled_from([NodeKind.DATASET, NodeKind.MODEL])),
            content=draw(st.one_of(st.none(), BASES)),
            origins=origins,
            source=draw(st.sampled_from([None, None, None, Basis.DECLARED])),
        )
        if things[thing].kind is NodeKind.MODEL and draw(st.booleans()):
            bases[thing] = {
                ("base model", "content"): draw(EVIDENCE),
                ("base model", "training data"): draw(EVIDENCE),
            }
    evaluation: dict[Any, Evidence] = {}
    if draw(st.booleans()):
        evaluation = {
            ("evaluation", "measured"): draw(EVIDENCE),
            ("evaluation", "measured on"): draw(EVIDENCE),
        }
    return Story(name("thing", count - 1), things, runs, evaluation, bases)


def close_to_one(shares: Mapping[str, float]) -> bool:
    return abs(sum(shares.values()) - 1) < 1e-9 and all(share >= 0 for share in shares.values())


@settings(deadline=None)
@given(stories())
def test_shares_sum_to_one_and_missing_answers_make_up_what_is_unknown(story: Story) -> None:
    told = score(story)
    assert close_to_one(told.shares)
    for layer in told.layers.values():
        assert not layer.shares or close_to_one(layer.shares)
        assert sum(each.share for each in layer.missing) == pytest.approx(
            layer.shares.get(UNKNOWN, 0.0), abs=1e-6
        )


@settings(deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_told_means_nothing(story: Story, chance: Any) -> None:
    things, runs = list(story.things.items()), list(story.runs.items())
    chance.shuffle(things)
    chance.shuffle(runs)
    other = replace(story, things=dict(things), runs=dict(runs))
    assert _rounded(score(other)) == _rounded(score(story))
    assert [each.commands for each in find_remedies(other, score(other))] == [
        each.commands for each in find_remedies(story, score(story))
    ]


def _rounded(told: Score) -> Any:
    shares = [told.shares, *(each.shares for each in told.layers.values())]
    return [{name: round(share, 9) for name, share in each.items()} for each in shares]


def does_not_fall(before: Story, after: Story) -> None:
    assert score(after).known >= score(before).known - 1e-9


@settings(deadline=None)
@given(stories(), st.data())
def test_an_answer_never_lowers_the_score(story: Story, data: st.DataObject) -> None:
    for run in story.runs.values():
        for question, evidence in run.answers.items():
            better = Evidence(data.draw(BASES), data.draw(st.floats(evidence.share, 1.0)))
            told = replace(run, answers={**run.answers, question: better})
            does_not_fall(story, replace(story, runs={**story.runs, run.id: told}))
    for thing in story.things.values():
        known = replace(thing, content=data.draw(BASES))
        does_not_fall(story, replace(story, things={**story.things, thing.id: known}))


@settings(deadline=None)
@given(stories(), st.data())
def test_finding_an_origin_never_lowers_the_score(story: Story, data: st.DataObject) -> None:
    """However little is known of the run that made the thing, and of what that had used."""
    lost = [each for each in story.things.values() if not each.origins and each.source is None]
    for thing in lost:
        inputs = data.draw(st.integers(0, 3))
        found = {
            name("found", number): Thing(
                name("found", number), f"found {number}", NodeKind.DATASET, content=None
            )
            for number in range(inputs)
        }
        run = RunTold(
            name("maker", 0),
            "maker",
            tuple(found),
            {question: unknown("nobody saw") for question in RUN_QUESTIONS},
        )
        made = replace(thing, origins=(Origin(run.id, data.draw(BASES)),))
        does_not_fall(
            story,
            replace(
                story,
                things={**story.things, **found, thing.id: made},
                runs={**story.runs, run.id: run},
            ),
        )
        does_not_fall(
            story,
            replace(
                story, things={**story.things, thing.id: replace(thing, source=Basis.IMPORTED)}
            ),
        )


@settings(deadline=None)
@given(stories())
def test_remedies_bring_what_they_promise_and_the_cheapest_come_first(story: Story) -> None:
    now = score(story)
    remedies = find_remedies(story, now)
    assert len(remedies) <= 3
    assert all(0 < each.gain <= 1 - now.known + 1e-9 for each in remedies)
    ranks = [(COSTS[each.cost].rank, -round(each.gain, 9)) for each in remedies]
    assert ranks == sorted(ranks)
    assert all(each.commands for each in remedies)
    if now.known > 1 - 1e-9:
        assert remedies == ()


def test_a_circle_does_not_hang() -> None:
    one, other = name("thing", 1), name("thing", 2)
    story = Story(
        one,
        {
            one: Thing(one, "one", NodeKind.DATASET, None, (Origin(other, Basis.DECLARED),)),
            other: Thing(other, "other", NodeKind.DATASET, None, (Origin(one, Basis.DECLARED),)),
        },
        {},
    )
    assert score(story).known == 0.0


def test_every_question_of_a_run_has_somebody_who_answers_it() -> None:
    from whence.query.completeness.evidence import _ASKED

    assert list(_ASKED) == RUN_QUESTIONS
