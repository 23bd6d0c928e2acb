"""The filter's program, run by a small machine of the same kind (classic BPF)."""

import os
import struct

import pytest

from whence.capture.tracers.filter import ARCHITECTURES, assemble

_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_COOKIE = 0x1234567


def _verdict(code: bytes, number: int, audit: int, args: tuple[int, ...] = ()) -> int:
    padded = [*args, *[0] * (6 - len(args))]
    data = struct.pack("=iIQ6Q", number, audit, 0, *padded)
    program = list(struct.iter_unpack("=HBBI", code))
    at = value = 0
    while True:
        operation, yes, no, operand = program[at]
        at += 1
        if operation == 0x20:
            (value,) = struct.unpack_from("=I", data, operand)
        elif operation == 0x06:
            return int(operand)
        else:
            holds = {
                0x15: value == operand,
                0x45: bool(value & operand),
                0x35: value >= operand,
            }[operation]
            at += yes if holds else no


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_each_call_is_asked_about_and_no_other(name: str) -> None:
    architecture = ARCHITECTURES[name]
    code = assemble(architecture, _COOKIE)
    for number in range(600):
        args = (0x00020000, 0, 0, 0, 0, 0)
        expected = _NOTIFY if number in architecture.names else _ALLOW
        assert _verdict(code, number, architecture.audit, args) == expected, number


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_the_cookie_and_folders_pass(name: str) -> None:
    architecture = ARCHITECTURES[name]
    openat, code = architecture.calls["openat"], assemble(architecture, _COOKIE)
    assert _verdict(code, openat, architecture.audit, (0, 0, 0, 0, 0, _COOKIE)) == _ALLOW
    assert _verdict(code, openat, architecture.audit, (0, 0, 0, 0, 0, _COOKIE + 1)) == _NOTIFY
    assert _verdict(code, openat, architecture.audit, (0, 0, os.O_DIRECTORY)) == _ALLOW
    plain = assemble(architecture, 0)
    assert _verdict(plain, openat, architecture.audit, (0, 0, os.O_RDONLY)) == _NOTIFY


def test_foreign_calls_pass_unseen() -> None:
    here, other = ARCHITECTURES["x86_64"], ARCHITECTURES["aarch64"]
    code = assemble(here, 0)
    assert _verdict(code, here.calls["openat"], other.audit) == _ALLOW
    assert _verdict(code, here.calls["openat"] | 0x40000000, here.audit) == _ALLOW
