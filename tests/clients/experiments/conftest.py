"""The fixtures of the other trackers, on this folder's environment."""

from clients.trackers.conftest import environ as environ  # noqa: PLC0414  a fixture
from clients.trackers.conftest import record as record  # noqa: PLC0414  a fixture
