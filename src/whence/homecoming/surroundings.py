"""Environment, hardware and people of a run."""

import getpass
from pathlib import Path

from whence.capture.observe import Surroundings
from whence.capture.session import Session
from whence.recording.observation import ActorSeen


def who() -> ActorSeen:
    return ActorSeen(getpass.getuser(), "person")


def look_around(session: Session, cache: Path) -> Surroundings:
    return Surroundings(
        {"python": {"version": "3.11.7"}, "packages": []},
        "python 3.11.7",
        {},
        (who(),),
        tuple(session.start["observers"]),
        frozenset(),
        frozenset(),
        (),
    )
