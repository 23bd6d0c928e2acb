"""OpenLineage in and out by the command line."""

import json
from pathlib import Path

import pytest

from importers.openlineage.telling import dataset, event
from whence.cli.main import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(path: Path, *told: object) -> str:
    path.write_text("".join(json.dumps(each) + "\n" for each in told))
    return path.name


RAW, MADE = dataset("shop.main.raw"), dataset("shop.main.made")
STARTED = event(1, "START", "make it", [RAW])
DONE = event(2, "COMPLETE", "make it", [], [MADE])


def test_events_come_in_once_and_go_out_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = written(folder / "events.jsonl", DONE, STARTED)
    assert main(["import", "openlineage", name]) == 0
    assert main(["import", "openlineage", name]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 events: 2 kept",
        "2 events: 0 kept, 2 known before",
    ]
    assert main(["trace", "main.made"]) == 0
    assert "main.raw" in capsys.readouterr().out
    assert main(["export", "openlineage", "last", "--to", "-"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["eventType"] for each in told] == ["START", "COMPLETE"]
    assert {each["run"]["runId"] for each in told} == {STARTED["run"]["runId"]}
    assert [each["name"] for each in told[0]["outputs"]] == ["shop.main.made"]


def test_what_is_no_event_is_told_with_its_line_and_the_rest_is_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = written(folder / "events.jsonl", STARTED, {**DONE, "eventType": "DONE"}, [1])
    assert main(["import", "openlineage", name, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["events"], told["kept"]) == (3, 1)
    assert [each["where"] for each in told["refused"]] == ["line 2", "line 3"]
    assert "/eventType" in told["refused"][0]["why"]


@pytest.mark.parametrize(
    "words",
    [
        ["import", "openlineage", "nowhere.jsonl"],
        ["export", "openlineage", "--to", "-"],
        ["export", "openlineage", "last", "--all", "--to", "-"],
        ["export", "openlineage", "--since", "yesterday", "--to", "-"],
        ["export", "openlineage", "main.raw", "--to", "-"],
        ["export", "openlineage", "last", "--to", "gopher://example.org"],
        ["export", "openlineage", "last", "--to", "no/such/folder/x"],
    ],
)
def test_wrong_use_is_said_in_words(
    folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", "openlineage", written(folder / "events.jsonl", STARTED)])
    capsys.readouterr()
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("whence: ")
    assert "Traceback" not in said
