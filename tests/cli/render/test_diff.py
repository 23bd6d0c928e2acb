import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.cli.render.diff import LISTED, render_diff
from whence.cli.render.likely import SHOWN
from whence.cli.render.text import cells, printable
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.query.diff import diff
from whence.recording.observation import RunSeen
from whence.testing.worlds import Version, World, digest_of, file_seen, pipeline, run_seen

AFTER = Version(
    2,
    data="332,776 flights",
    rows=332_776,
    code={**Version().code, "train.py": "read, fit otherwise, write"},
    leaves=63,
    packages={"pandas": "3.1.2", "scikit-learn": "1.9.1"},
    auc=0.749,
)
TEXTS = {
    digest_of("read, fit, write"): "read\nfit\nwrite\n",
    digest_of("read, fit otherwise, write"): "read\nfit otherwise\nwrite\n",
}
RUN = re.compile(r"\b[0-9a-f]{8}\b")

SCREEN = """\
models/delay.joblib <id> → <id>: 1 parameter, 1 code file, 1 data file and 1 package differ;
1 more follows from it; auc 0.764 → 0.749 (\N{MINUS SIGN}0.015)

a  models/delay.joblib  sha256:<id>  made by train <id>  completed  2026-11-01 09:01 UTC
b  models/delay.joblib  sha256:<id>  made by train <id>  completed  2026-11-02 09:01 UTC

! evaluate measured the two on data/clean.parquet, which is not the same in both
what most probably matters, likeliest first
   1  train.py:2        its file was used; what of it ran is not known  [train]
                        fit otherwise
   2  data/flights.csv  4,000 rows removed: 1.2 % of its rows  [prepare]
   3  pandas            3.1.1 → 3.1.2: it was imported; only its last number changed  [prepare, …]
   4  model.leaves      31 → 63: no source that was used names it  [train]

~ data         changed
  ~ data/flights.csv  79 B  336,776 rows → 332,776 rows  [prepare]
      4,000 rows removed, 332,776 unchanged
    what follows from it
  ~ data/clean.parquet  105 B  336,776 rows → 332,776 rows  [train]
      because of data/flights.csv, the environment
~ code         changed
  ~ train.py  +1 \N{MINUS SIGN}1  [train]
      @@ -1,3 +1,3 @@
       read
      -fit
      +fit otherwise
       write
    note: what ran of these files was not followed, only that they were used
~ parameters   changed
  ~ model.leaves  31 → 63  config.yaml  [train]
~ environment  changed
  ~ pandas  3.1.1 → 3.1.2  [prepare, train]
~ metrics      changed
  ~ auc  0.764 → 0.749 (\N{MINUS SIGN}0.015)  [evaluate]
    note: evaluate measured the two with other files: data/clean.parquet
~ outputs      changed
  ~ models/delay.joblib  168 B → 178 B  [train]
      because of data/clean.parquet, train.py, model.leaves, the environment"""


def rendered(world: World, a: int, b: int, *, styled: bool = False, encoding: str = "utf-8") -> str:
    found = diff(
        world.store,
        a,
        b,
        text_of=TEXTS.get,
        tables=lambda _a, _b, name: (
            {
                "sentences": ["4,000 rows removed, 332,776 unchanged"],
                "rows": {"added": 0, "removed": 4_000, "unchanged": 332_776},
                "rows_before": 336_776,
                "rows_after": 332_776,
            }
            if "csv" in name
            else None
        ),
    )
    return render_diff(found, 100, styled, encoding=encoding)


@pytest.fixture(scope="module")
def world() -> World:
    return World(*pipeline(Version()), *pipeline(AFTER))


def models(world: World) -> tuple[int, int]:
    return world.thing("models/delay.joblib", 1), world.thing("models/delay.joblib")


def test_one_screen_tells_it_all(world: World) -> None:
    assert RUN.sub("<id>", rendered(world, *models(world))) == SCREEN


def test_without_utf8_the_signs_are_plain(world: World) -> None:
    text = rendered(world, *models(world), encoding="ascii")
    assert text.isascii()
    assert "31 -> 63" in text


def test_colours_only_repeat_what_the_words_say(world: World) -> None:
    plain, styled = (rendered(world, *models(world), styled=styled) for styled in (False, True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", styled) == plain
    assert "\x1b[32m" in styled


def test_a_thing_and_itself() -> None:
    world = World(*pipeline(Version()))
    text = rendered(world, world.run("train"), world.run("train"))
    assert text.splitlines() == [
        "train, compared with itself: nothing that is recorded of the two differs",
        "",
        *(
            f"= {name:<12} the same"
            for name in ("data", "code", "parameters", "environment", "metrics", "outputs")
        ),
    ]


def test_what_is_not_known_says_so_with_its_reason() -> None:
    gap = Gap("observer-missing", "files", "no tracer was active")
    world = World(run_seen("train", 1), run_seen("train", 2, gaps=(gap,)))
    text = rendered(world, world.run("train", 1), world.run("train", 2))
    assert "? data         not known\n  ? files  not known  no tracer was active (in b)" in text


def test_steps_of_one_side_stand_on_top() -> None:
    data = file_seen("x.csv", "x", NodeKind.DATASET, "output")
    world = World(
        run_seen("train", 1),
        run_seen("augment", 2, generated=(data,)),
        run_seen("train", 2, used=(replace(data, role="input"),)),
    )
    forth = rendered(world, world.run("train", 1), world.run("train", 2))
    back = rendered(world, world.run("train", 2), world.run("train", 1))
    assert "\n+ step augment  only in b  " in forth
    assert "\n- step augment  only in a  " in back
    assert "      because of step augment" in forth


def test_long_lists_are_folded_with_a_count() -> None:
    def run(number: int) -> RunSeen:
        return run_seen(
            "train",
            number,
            used=tuple(
                file_seen(f"in/{at:03}.csv", f"{at} {number}", NodeKind.DATASET)
                for at in range(205)
            ),
        )

    world = World(run(1), run(2))
    text = rendered(world, world.run("train", 1), world.run("train", 2))
    assert text.count("in/") == LISTED + SHOWN
    assert "    … 193 more (--json lists them all)" in text
    assert text.splitlines().index("~ data         changed") < 40


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@settings(max_examples=40, deadline=None)
@given(NAMES, NAMES, st.integers(20, 140), st.booleans())
def test_no_name_reaches_the_terminal_as_a_command(
    name: str, text: str, width: int, styled: bool
) -> None:
    hunks = {digest_of("1"): f"{text}\n{name}", digest_of("2"): f"{name}\n{text}"}

    def run(number: int) -> RunSeen:
        file = file_seen(name, f"{number}", NodeKind.DATASET)
        return run_seen(
            "train",
            number,
            code={name: f"{number}"},
            packages={name: f"{text}{number}"},
            used=(file,),
            generated=(replace(file, role="output"),),
            parameters={name: {"value": f"{text}{number}", "source": text}},
            metrics={name: {"value": f"{text}{number}"}},
            gaps=(Gap("code-unknown", name, text),),
        )

    world = World(run(1), run(2))
    found = diff(
        world.store,
        world.run("train", 1),
        world.run("train", 2),
        text_of=hunks.get,
        tables=lambda *_: {"sentences": [text]},
    )
    shown = re.sub(r"\x1b\[[\d;]*m", "", render_diff(found, width, styled))
    for line in shown.split("\n"):
        assert printable(line) == line
        assert cells(line) <= max(width, 40)
