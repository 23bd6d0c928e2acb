"""When it is the turn of what arrived."""

from whence.server.turns import AGAIN, LONG, MANY, PATIENCE, QUIET, REST, SHORT, Turns


def test_at_the_beginning_somebody_looks() -> None:
    turns = Turns()
    assert turns.due(100.0) == 0
    turns.read(100.1, 0.1, -1, done=True)
    assert turns.due(100.1) == float("inf")


def test_it_waits_until_it_is_quiet() -> None:
    turns = Turns(waits=False)
    assert turns.due(5.0) == float("inf")
    turns.came(10.0, 7, 3)
    assert 0 < turns.due(10.0) <= QUIET + 1e-9
    assert turns.due(10.001 + QUIET) == 0
    assert turns.size(10.0 + QUIET) == LONG
    turns.came(10.04, -1, 0)  # something else came
    assert turns.due(10.0 + QUIET) > 0


def test_while_it_is_never_quiet_there_are_short_turns_with_pauses() -> None:
    turns = Turns(waits=False)
    for at in range(200):
        turns.came(at / 100, at, 1)
    now = 1.99
    assert now > PATIENCE
    assert turns.due(now) == 0
    assert turns.size(now) == SHORT
    turns.read(now, 0.01, 7, done=False)
    assert abs(turns.due(now) - min(QUIET, 0.01 * REST)) < 1e-9
    turns.came(now + 0.05, 200, 1)
    assert abs(turns.due(now + 0.06) - (QUIET - 0.01)) < 0.04


def test_where_too_much_waits_the_pauses_are_short() -> None:
    pauses = []
    for count in (MANY - 10, MANY + 10):
        turns = Turns(waits=False)
        turns.came(0.0, count, count)
        turns.read(5.0, 0.02, -1, done=False)
        turns.came(5.0, count + 1, 1)
        pauses.append(next(at for at in range(1000) if turns.due(5.0 + at / 1000) == 0))
    assert pauses[0] > pauses[1]


def test_whoever_asks_comes_first() -> None:
    turns = Turns(waits=False)
    turns.came(10.0, 40, 41)
    turns.wanted = 40
    assert turns.due(10.0) == 0
    assert turns.size(10.0) == LONG
    turns.read(10.1, 0.1, 31, done=False)
    assert turns.due(10.1) == 0
    turns.read(10.2, 0.1, 40, done=True)
    assert (turns.reached, turns.count) == (40, 0)
    assert turns.due(10.2) == float("inf")


def test_what_another_process_has_read_is_waited_for_no_longer() -> None:
    turns = Turns(waits=False)
    turns.came(10.0, 40, 41)
    turns.wanted = 40
    turns.read(10.1, 0.1, -1, done=True)
    assert turns.reached == 40


def test_a_turn_that_failed_is_tried_again_later() -> None:
    turns = Turns(waits=False)
    turns.came(10.0, 0, 1)
    turns.wanted = 0
    turns.failed(11.0)
    assert turns.due(11.0) == AGAIN
    assert turns.due(11.0 + AGAIN) == 0
