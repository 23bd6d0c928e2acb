from capture.mined.test_tfevents import event, simple
from whence.capture.agent.reports import Telling
from whence.capture.interface import FileAccess, Mode
from whence.capture.mined.mining import find_cards, mine
from whence.model.node import NodeKind
from whence.recording.observation import Claim, FileSeen

RUN = "0123456789abcdef" * 2
EVENTS = event(0, simple("loss", 0.5)) + event(1, simple("loss", 0.25))
LYING = {
    "/p/runs/a/events.out.tfevents.1.host": EVENTS,
    f"/p/mlruns/0/{RUN}/params/lr": b"0.1",
    "/p/out/README.md": b"---\nversion: 3\n---\n",
    "/p/MODEL_CARD.md": b"---\nversion: 4\n---\n",
}


class Disk:
    def name_of(self, path: str) -> str:
        return path.removeprefix("/p/")

    def location_of(self, path: str) -> str:
        return f"file://{path}"

    def peek(self, path: str, limit: int) -> bytes | None:
        return LYING.get(path)


def written(path: str, mode: Mode = Mode.WRITE) -> FileAccess:
    return FileAccess(path, mode, None, 1)


FILES = [written(path) for path in LYING]


def test_files_that_nobody_heard_being_written_are_read() -> None:
    told = mine(FILES, [], Disk().peek)
    assert [each.event for each in told] == ["link", "declared", "declared", "link", "declared"]
    assert told[1].fields == {
        "source": "tensorboard",
        "run": "/p/runs/a",
        "form": "metrics",
        "step": 0,
        "values": {"loss": 0.5},
    }


def test_what_was_heard_or_only_read_is_not_mined() -> None:
    heard = [
        Telling(1, "link", {"system": "tensorboard", "id": "/p/runs"}),
        Telling(1, "declared", {"form": "tags", "run": RUN}),
    ]
    assert mine(FILES, heard, Disk().peek) == ()
    assert mine([each._replace(mode=Mode.READ) for each in FILES], [], Disk().peek) == ()


def model(name: str) -> FileSeen:
    return FileSeen(name, f"file:///p/{name}", NodeKind.MODEL, "output", "ab" * 32, 9)


def test_cards_are_found_beside_models_touched_or_not() -> None:
    found = find_cards([model("out/m.bin")], [], Disk())
    assert found == {"file:///p/out": ("out/README.md", Claim("", version="3"))}


def test_a_card_that_was_touched_speaks_of_the_only_model_below() -> None:
    touched = ["/p/MODEL_CARD.md"]
    found = find_cards([model("models/m.bin")], touched, Disk())
    assert found == {"file:///p/models": ("MODEL_CARD.md", Claim("", version="4"))}
    assert find_cards([model("a/m.bin"), model("b/m.bin")], touched, Disk()) == {}
    assert find_cards([model("models/m.bin")], [], Disk()) == {}
