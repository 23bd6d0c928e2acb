from whence.server.access.limiter import FAILURES, WINDOW, FailureLimiter, Wait


class Clock:
    at = 100.0

    def __call__(self) -> float:
        return self.at


def test_an_address_that_fails_too_often_waits_for_the_next_window() -> None:
    clock = Clock()
    limiter = FailureLimiter(clock)
    assert [limiter.fail("a").seconds for _ in range(FAILURES)] == [0] * FAILURES
    clock.at += 20
    assert limiter.fail("a") == Wait(40, is_first=True)
    assert limiter.fail("a") == Wait(40, is_first=False)
    assert limiter.fail("b").seconds == 0
    clock.at += WINDOW
    assert limiter.fail("a").seconds == 0


def test_it_remembers_a_bounded_number_of_addresses() -> None:
    limiter = FailureLimiter(Clock())
    for at in range(10_050):
        limiter.fail(str(at))
    assert len(limiter._met) == 10_000
