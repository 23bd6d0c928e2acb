import sys
import time
from pathlib import Path

from whence.capture.probes.command import ask


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def test_the_answer_is_what_was_said() -> None:
    answer = ask(python("import sys; print('yes'); sys.stderr.write('but'); sys.exit(3)"))
    assert (answer.output, answer.error, answer.status) == (b"yes\n", "but", 3)
    assert not answer.succeeded


def test_a_program_that_is_not_there() -> None:
    answer = ask(["no-such-program-anywhere"])
    assert answer.failure == "no-such-program-anywhere is not installed"
    assert answer.status is None


def test_a_program_that_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("")
    assert "could not be started" in ask([str(tmp_path / "tool")]).failure


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert ask(python("pass"), cwd=str(tmp_path / "gone")).failure


def test_time_is_limited_and_children_end_too(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    child = f"import time; time.sleep(1.5); open({str(mark)!r}, 'w')"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-ISc', {child!r}])"
    started = time.monotonic()
    answer = ask(python(code + "; print('a', flush=True); time.sleep(60)"), seconds=0.6)
    assert time.monotonic() - started < 30
    assert "took longer than 0.6 s" in answer.failure
    assert answer.output == b"a\n"
    time.sleep(1.6)
    assert not mark.exists()


def test_output_is_limited() -> None:
    answer = ask(python("while True: print('x' * 1000)"), limit=5000)
    assert answer.is_cut
    assert answer.succeeded
    assert len(answer.output) == 5000


def test_much_complaint_is_cut_and_does_not_block() -> None:
    answer = ask(python("import sys; sys.stderr.write('e' * 1000000); print('done')"))
    assert answer.output == b"done\n"
    assert len(answer.error) <= 4096


def test_it_has_no_input_and_no_terminal() -> None:
    code = "import sys, os; print(sys.stdin.read() == '', os.getsid(0) == os.getpid())"
    assert ask(python(code)).output == b"True True\n"
