"""The machine that a run ran on: processor, memory, accelerators."""

import os
import platform
import re
import subprocess
from contextlib import suppress
from typing import Any

from whence.capture.probes.smallfile import read_small
from whence.model.gap import Gap

_SECONDS = 3.0
_NVIDIA = "--query-gpu=name,memory.total,driver_version,uuid"


def read_hardware() -> tuple[dict[str, Any], list[Gap]]:
    """What can be found out without privileges and, but for a GPU's driver, without a process.

    Returns:
        ``cpu`` (``model``, ``cores``, ``usable``: those this process may run on), ``memory`` in
        bytes, ``architecture``, ``gpus`` (each ``name``, ``memory``, ``driver``), and what is
        known to be there but could not be asked.
    """
    gpus, gaps = _gpus()
    facts: dict[str, Any] = {
        "architecture": platform.machine(),
        "cpu": {
            "model": _cpu_model(),
            "cores": os.cpu_count(),
            "usable": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
            "quota": _quota(),
        },
        "memory": _memory(),
        "gpus": gpus,
    }
    facts["cpu"] = {name: value for name, value in facts["cpu"].items() if value is not None}
    return {name: value for name, value in facts.items() if value not in (None, [], "")}, gaps


def _cpu_model() -> str | None:
    told = re.search(
        r"^(?:model name|Model|Hardware)\s*:\s*(.+)$", read_small("/proc/cpuinfo"), re.MULTILINE
    )
    return told[1].strip() if told else platform.processor() or None


def _quota() -> float | None:
    """Processors that a container may use, where its control group limits them (cgroup v2)."""
    words = read_small("/sys/fs/cgroup/cpu.max").split()
    with suppress(ValueError, IndexError, ZeroDivisionError):
        return round(int(words[0]) / int(words[1]), 2)
    return None


def _memory() -> int | None:
    with suppress(ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _gpus() -> tuple[list[dict[str, Any]], list[Gap]]:
    if os.path.exists("/dev/nvidia0") or os.path.exists("/proc/driver/nvidia/version"):
        return _nvidia()
    return _amd(), []


def _nvidia() -> tuple[list[dict[str, Any]], list[Gap]]:
    command = ["nvidia-smi", _NVIDIA, "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=True, errors="replace"
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        gap = Gap("environment-unknown", "GPU", f"nvidia-smi did not answer: {error}")
        return _nvidia_from_proc(), [gap]
    gpus = []
    for line in told.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if len(fields) == 4:
            name, memory, driver, uuid = fields
            gpu: dict[str, Any] = {"name": name, "driver": driver, "uuid": uuid}
            with suppress(ValueError):
                gpu["memory"] = int(memory) * 1024 * 1024
            gpus.append(gpu)
    return gpus, []


def _nvidia_from_proc() -> list[dict[str, Any]]:
    """What the kernel's driver tells of its cards, without its tools."""
    root = "/proc/driver/nvidia/gpus"
    found = []
    with suppress(OSError):
        for name in sorted(os.listdir(root)):
            told = re.search(
                r"^Model:\s*(.+)$", read_small(f"{root}/{name}/information"), re.MULTILINE
            )
            found.append({"name": told[1].strip() if told else "NVIDIA GPU"})
    return found


def _amd() -> list[dict[str, Any]]:
    """Cards that the amdkfd driver offers for computing; processors are nodes without SIMDs."""
    root = "/sys/class/kfd/kfd/topology/nodes"
    found = []
    with suppress(OSError):
        for name in sorted(os.listdir(root)):
            told = re.search(
                r"^simd_count (\d+)$", read_small(f"{root}/{name}/properties"), re.MULTILINE
            )
            if told and int(told[1]) > 0:
                label = read_small(f"{root}/{name}/name").strip()
                found.append({"name": f"AMD {label}".strip()})
    return found
