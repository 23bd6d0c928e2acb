"""Tests with real counterparts: run by the development interpreter, on a client's environment.

The folder's name is the environment's: ``tests/clients/torch/`` takes the one that is made from
``requirements/clients/torch.lock``. ``make clients`` builds and runs them; by hand
``pytest -m clients tests/clients/torch``, with ``WHENCE_CLIENTS=/some/folder`` where the
environments are elsewhere. They are no part of ``make test``.
"""

from pathlib import Path

import pytest

from clients.environments import interpreter, lack

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and item.path.parent != HERE:
            item.add_marker(pytest.mark.clients)


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Path:
    """The interpreter of the environment that the test's folder is named after."""
    group = request.path.relative_to(HERE).parts[0]
    if reason := lack(group):
        pytest.skip(reason)
    return interpreter(group)
