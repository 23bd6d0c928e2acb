import os
import pwd

from whence.capture.probes.actor import read_actor


def test_the_user_is_the_systems_and_not_a_variables() -> None:
    actor = read_actor()
    assert actor.uid == os.getuid()
    assert actor.name == pwd.getpwuid(os.getuid()).pw_name


def test_whom_git_takes_them_for() -> None:
    known = {"user.name": "Ada", "user.email": "ada@example.org"}
    actor = read_actor(lambda key: known.get(key, ""))
    assert (actor.git_name, actor.git_email) == ("Ada", "ada@example.org")
