import pytest

from whence.capture.tracers.choice import choose
from whence.capture.tracers.notify import NotifyTracer
from whence.errors import UsageError


def test_the_best_that_can_be_used_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyTracer, "available", lambda _: None)
    tracer, passed_over = choose(None, {})
    assert (tracer.name, passed_over) == ("notify", ())


def test_what_was_passed_over_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyTracer, "available", lambda _: "not here")
    tracer, passed_over = choose("auto", {})
    assert (tracer.name, passed_over) == ("python", (("notify", "not here"),))


def test_an_outer_run_that_is_not_there_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(NotifyTracer, "available", lambda _: None)
    monkeypatch.setenv("WHENCE_OBSERVER", f"{tmp_path}/gone")
    tracer, passed_over = choose(None, {"WHENCE_OBSERVER": f"{tmp_path}/gone"})
    assert tracer.name == "notify"
    assert [name for name, _ in passed_over] == ["nested"]


@pytest.mark.parametrize("environ", [{"WHENCE_TRACER": "none"}, {}])
def test_a_tracer_can_be_named(environ: dict[str, str]) -> None:
    tracer, passed_over = choose("none" if not environ else None, environ)
    assert (tracer.name, passed_over) == ("none", ())


def test_a_word_of_the_command_line_comes_before_the_environment() -> None:
    assert choose("none", {"WHENCE_TRACER": "python"})[0].name == "none"


def test_a_name_that_is_none_is_refused_with_the_names_that_are() -> None:
    with pytest.raises(UsageError, match="no tracer 'magic'") as caught:
        choose("magic", {})
    assert "notify" in caught.value.hint


def test_one_that_cannot_be_used_is_not_replaced_in_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(NotifyTracer, "available", lambda _: "forbidden")
    with pytest.raises(UsageError, match="forbidden"):
        choose("notify", {})
