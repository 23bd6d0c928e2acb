from whence.capture.tracers import spare


def test_work_is_done_one_piece_at_a_time_in_order() -> None:
    done: list[int] = []
    spare.put_off([lambda: done.append(1), lambda: done.append(2)])
    assert spare.do_one()
    assert done == [1]
    assert not spare.do_one()
    assert not spare.do_one()
    assert done == [1, 2]


def test_a_piece_that_fails_ends_it_quietly() -> None:
    done: list[int] = []
    spare.put_off([lambda: 1 // 0, lambda: done.append(1)])
    assert not spare.do_one()
    assert done == []
