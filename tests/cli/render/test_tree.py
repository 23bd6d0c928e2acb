import re
import unicodedata
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from whence.cli.render.text import cells
from whence.cli.render.tree import render_tree
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.query.lineage import Lineage
from whence.store.interface import Direction
from whence.testing.answers import Sketch

NOW = datetime(2026, 11, 20, 9, 3, 20, tzinfo=UTC)
UNKNOWN = Gap("origin-unknown", "data/flights.csv", "no recorded run made it", "record the run")
FLIGHTS = "         └─ data/flights.csv  31.0 MB  336,776 rows  sha256:3cf2c476"
BLIND = Gap("observer-blind", "io_uring", "reads through io_uring were not seen")


def tree(lineage: Lineage, width: int = 100, **more: object) -> list[str]:
    return render_tree(lineage, width, styled=False, now=NOW, **more).split("\n")  # type: ignore[arg-type]


def training() -> Sketch:
    sketch = Sketch()
    sketch.thing("data/flights.csv", facts={"size": 31_000_000, "rows": 336_776}, gaps=[UNKNOWN])
    sketch.thing("code of train", NodeKind.CODE)
    for script in ("train.py", "shared.py"):
        sketch.thing(script, NodeKind.CODE)
        sketch.join("code of train", script, "has_member")
    sketch.thing("py", NodeKind.ENVIRONMENT, {"python": "3.11.7", "packages": 84})
    sketch.thing("config.yaml", NodeKind.CONFIG, {"size": 1234})
    sketch.thing("models/delay.joblib", NodeKind.MODEL, {"size": 1_200_000})
    sketch.run("prepare", used=["data/flights.csv", "py"], made=["data/clean.parquet"])
    sketch.run(
        "train",
        used=["code of train", "py", "config.yaml", "data/clean.parquet"],
        made=["models/delay.joblib"],
        commit="3ab1c9f0aa",
        dirty=True,
    )
    return sketch


def test_the_origins_of_a_model() -> None:
    assert tree(training().lineage("models/delay.joblib")) == [
        "models/delay.joblib  model  1.2 MB  sha256:776b57b6",
        "└─ train  completed  12.3 s  3 min ago  4f87d39b",
        "   ├─ code  2 files, commit 3ab1c9f, uncommitted changes",
        "   ├─ environment  Python 3.11.7, 84 packages",
        "   ├─ config.yaml  configuration  1.2 kB  sha256:d8d04223",
        "   └─ data/clean.parquet  sha256:1bf06109",
        "      └─ prepare  completed  12.3 s  3 min ago  420e1297",
        "         ├─ environment  Python 3.11.7, 84 packages  … see above",
        FLIGHTS + "  ? no recorded run made it",
        "",
        "10 things; 2 runs among them; 1 gap.",
    ]


def test_what_a_table_led_to() -> None:
    assert tree(training().lineage("data/flights.csv", Direction.EFFECTS)) == [
        "data/flights.csv  31.0 MB  336,776 rows  sha256:3cf2c476",
        "│  ? no recorded run made it",
        "└─ prepare  completed  12.3 s  3 min ago  420e1297",
        "   └─ data/clean.parquet  sha256:1bf06109",
        "      └─ train  completed  12.3 s  3 min ago  4f87d39b",
        "         └─ models/delay.joblib  model  1.2 MB  sha256:776b57b6",
        "",
        "10 things; 2 runs among them; 1 gap.",
    ]


def test_one_source_file_is_called_by_its_name() -> None:
    sketch = Sketch()
    sketch.thing("code of train", NodeKind.CODE)
    sketch.thing("train.py", NodeKind.CODE)
    sketch.join("code of train", "train.py", "has_member")
    sketch.run("train", used=["code of train"])
    assert tree(sketch.lineage("train"))[1] == "└─ code  train.py"


def test_a_long_set_of_code_is_told_by_its_manifest() -> None:
    sketch = Sketch()
    sketch.thing("code of train", NodeKind.CODE, {"files": 312})
    sketch.run("train", used=["code of train"])
    assert tree(sketch.lineage("train"))[1] == "└─ code  312 files"


def test_a_generated_source_file_is_not_hidden_in_a_count() -> None:
    sketch = Sketch()
    for name in ("code of train", "train.py", "made.py"):
        sketch.thing(name, NodeKind.CODE)
    sketch.join("code of train", "train.py", "has_member")
    sketch.join("code of train", "made.py", "has_member")
    sketch.run("generate", made=["made.py"])
    sketch.run("train", used=["code of train"])
    lines = tree(sketch.lineage("train"))
    assert lines[1] == "└─ code  train.py"
    assert lines[2].startswith("   └─ made.py  code")
    assert lines[3].startswith("      └─ generate  completed")


def test_badly_ended_runs_say_so_in_words() -> None:
    sketch = Sketch()
    sketch.run("a", used=["x"], state="failed", exit_status=3)
    sketch.run("b", used=["x"], state="killed", signal="SIGKILL")
    sketch.run("c", used=["x"], state="unknown", ended_at=None)
    sketch.run("d", used=["x"], state="running", ended_at=None)
    shown = "\n".join(tree(sketch.lineage("x", Direction.EFFECTS)))
    for words in ("a  failed (exit status 3)", "b  killed (SIGKILL)", "c  end unknown  3 min"):
        assert words in shown
    assert "d  running  3 min ago" in shown
    assert "2 failed or killed" in shown


def test_what_was_not_observed_says_so() -> None:
    sketch = Sketch()
    sketch.join("copy.csv", "data.csv", role="copied", basis="inferred")
    sketch.run("load", made=["data.csv"], basis="declared")
    sketch.join("load", "hourly", "informed_by", basis="imported")
    sketch.thing("hourly", NodeKind.RUN)
    lines = tree(sketch.lineage("copy.csv"))
    assert lines[1].endswith("(copied, inferred)")
    assert lines[2].endswith("(declared)")
    assert lines[3].endswith("(informed by, imported)")
    assert lines[-1] == "4 things; 2 runs among them; no gaps; 1 declared; 1 imported; 1 inferred."


def test_what_was_also_observed_needs_no_word() -> None:
    sketch = Sketch()
    sketch.run("load", made=["data.csv"], basis="declared")
    sketch.join("data.csv", "load", "generated_by", role="output")
    assert "declared" not in tree(sketch.lineage("data.csv"))[1]


def test_unusual_parts_are_named() -> None:
    sketch = Sketch()
    sketch.run("sort")
    sketch.join("sort", "words", "used", role="stdin")
    assert tree(sketch.lineage("sort"))[1].endswith("(as stdin)")


def test_long_lists_are_folded_with_a_count_of_what_they_hide() -> None:
    sketch = Sketch()
    for number in range(60):
        model = f"model {number}"
        state = "failed" if number == 7 else "completed"
        sketch.thing(model, NodeKind.MODEL, gaps=[BLIND] if number == 40 else [])
        at = f"2026-11-20T09:00:{number:02}.000Z"
        sketch.run(
            f"sweep {number}", used=["x"], made=[model], job="sweep", state=state, started_at=at
        )
    lines = tree(sketch.lineage("x", Direction.EFFECTS))
    assert [line.strip("│├└─ ").split("  ")[0] for line in lines[1:14]] == [
        *("sweep", "model 7"),
        *("sweep", "model 59", "sweep", "model 58", "sweep", "model 57"),
        *("sweep", "model 56", "sweep", "model 55"),
        "+ 54 more runs",
    ]
    assert lines[1].startswith("├─ sweep  failed  ")
    assert lines[13] == "└─ + 54 more runs  completed  (54 things under them, 1 with gaps)"


def test_a_fold_tells_of_failures_below_it() -> None:
    sketch = Sketch()
    for number in range(12):
        sketch.run(f"again {number}", used=[f"part {number:02}"], state="failed", exit_status=1)
        sketch.join(f"part {number:02}", "whole")
    lines = tree(sketch.lineage("whole", Direction.EFFECTS))
    assert "└─ + 7 more files  (7 things under them, 7 failed)" in lines


def test_gaps_of_folded_things_are_told() -> None:
    sketch = Sketch()
    for number in range(20):
        gap = Gap("origin-unknown", f"{number:02}.csv", "no recorded run made it")
        sketch.thing(f"{number:02}.csv", gaps=[gap])
    sketch.run("read", used=[f"{number:02}.csv" for number in range(20)])
    lines = tree(sketch.lineage("read"))
    assert lines[6] == "└─ + 15 more files  ? no recorded run made it"


def test_gaps_stand_at_their_place_and_are_told_once() -> None:
    sketch = Sketch()
    sketch.run("load", made=["data.csv"], gaps=[BLIND])
    sketch.run("train", used=["data.csv"], gaps=[BLIND, Gap("erased", "", "a body was erased")])
    nowhere = Gap("truncated", "/elsewhere", "too much to keep")
    placed = Gap("origin-unknown", "data.csv", "")
    lines = tree(sketch.lineage("train", gaps=[nowhere, placed]))
    assert lines[1:3] == [
        "│  ? io_uring: reads through io_uring were not seen",
        "│  ? a body was erased",
    ]
    assert lines[4] == "   │  ? nothing is recorded of where this came from"
    assert lines[5].endswith("? io_uring: as above")
    assert lines[-4:-2] == ["Not known:", "? /elsewhere: too much to keep"]


def test_a_deep_story_goes_on_in_blocks() -> None:
    sketch = Sketch()
    for number in range(2000):
        sketch.join(f"v{number + 1}", f"v{number}")
    lines = tree(sketch.lineage("v2000"), 60)
    assert "goes on at [1] below" in lines[10]
    assert lines[12].startswith("[1] v1990  sha256:")
    assert any("v0  sha256:" in line for line in lines)


def test_narrow_terminals_get_shorter_names_and_broken_reasons() -> None:
    sketch = Sketch()
    long = "/srv/" + "very-" * 30 + "deep/flights.csv"
    sketch.thing(long, facts={"size": 1}, gaps=[Gap("content-unknown", "x", "because " * 20)])
    sketch.run("train", used=[long])
    lines = tree(sketch.lineage("train"), 70)
    assert all(cells(line) <= 70 for line in lines)
    assert "flights.csv" in lines[1]


def test_other_encodings_get_plain_lines() -> None:
    sketch = Sketch()
    sketch.run("größe", used=["数据.csv", "plain.csv"])
    shown = tree(sketch.lineage("größe"), encoding="latin-1")
    assert shown[0].startswith("größe  completed")
    assert shown[1].startswith("|- plain.csv")
    assert shown[2].startswith("`- \\u6570\\u636e.csv")
    "\n".join(tree(sketch.lineage("größe"), encoding=None)).encode("ascii")


def test_nothing_to_tell() -> None:
    sketch = Sketch()
    sketch.thing("a.csv", known=False)
    lines = tree(sketch.lineage("a.csv", truncated=True))
    assert lines == [
        "a.csv  content unknown",
        "Nothing is recorded that it came from.",
        "",
        "1 thing; no gaps.",
        "There is more than this: --limit shows more.",
    ]
    assert tree(sketch.lineage("a.csv", Direction.EFFECTS))[1] == (
        "Nothing is recorded that came from it."
    )


def test_colours_only_repeat_what_words_say() -> None:
    lineage = training().lineage("models/delay.joblib")
    styled = render_tree(lineage, 100, styled=True, now=NOW)
    assert "\x1b[1m" in styled
    assert re.sub(r"\x1b\[[0-9;]*m", "", styled) == render_tree(lineage, 100, styled=False, now=NOW)


ANY = st.text(st.characters(codec=None), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(ANY, min_size=1, max_size=12, unique=True),
    pairs=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30),
    said=ANY,
    direction=st.sampled_from(Direction),
)
def test_no_name_can_command_a_terminal(
    names: list[str], pairs: list[tuple[int, int]], said: str, direction: Direction
) -> None:
    sketch = Sketch()
    for at, name in enumerate(names):
        gap = [Gap("content-unknown", said, said)]
        sketch.thing(name, [NodeKind.DATASET, NodeKind.CODE][at % 2], gaps=gap * (at % 3 == 0))
    for effect, cause in pairs:
        if cause < effect < len(names):
            sketch.join(names[effect], names[cause], role=said, basis=["observed", said][cause % 2])
    for line in tree(sketch.lineage(names[-1], direction), 60):
        assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & {unicodedata.category(char) for char in line}
