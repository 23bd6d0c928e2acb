import json
import os
import stat
from pathlib import Path

import pytest

from whence.capture.probes import hardware
from whence.capture.probes.hardware import read_hardware


def test_this_machine_has_a_processor_and_memory() -> None:
    facts, _ = read_hardware()
    assert facts["cpu"]["cores"] == os.cpu_count()
    assert facts["memory"] > 2**20
    json.dumps(facts)


def fake_tool(folder: Path, script: str) -> None:
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_a_card_is_told_as_its_driver_tells_it(tools: Path) -> None:
    fake_tool(tools, "echo 'NVIDIA H200, 143771, 560.35.03, GPU-1b2c'")
    gpus, gaps = hardware._nvidia()
    assert gpus == [
        {
            "name": "NVIDIA H200",
            "driver": "560.35.03",
            "uuid": "GPU-1b2c",
            "memory": 143771 * 1024 * 1024,
        }
    ]
    assert gaps == []


@pytest.mark.parametrize("script", ["exit 9", "echo broken; exit 0", "kill -9 $$"])
def test_a_driver_that_does_not_answer_is_a_gap_or_no_card(tools: Path, script: str) -> None:
    fake_tool(tools, script)
    gpus, gaps = hardware._nvidia()
    assert gpus == []
    assert all(gap.kind == "environment-unknown" for gap in gaps)
    assert bool(gaps) == ("exit 0" not in script)
