"""Who decides: whom git takes the user for, else the system's user.

On a shared machine, and in containers, several people are one user of the system; whom git takes
them for is what their commits say as well.
"""

from whence.capture.probes.actor import read_actor
from whence.recording.observation import ActorSeen


def person() -> ActorSeen:
    """The person who gives this command."""
    found = read_actor()
    return ActorSeen(found.git or found.name, "person", {"user": found.name})
