"""The cast (alice learns, bob replies, mod moderates), makers, and a small content tree."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from lessons.kept import store
from lessons.loading import load_content
from tests.trees import write_tree


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # once, not in each worker
        from lessons.management.commands.prepare import compile_messages

        compile_messages()


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Each test begins with nothing kept in this process."""
    from lessons.outline import _outlines

    store.clear()
    cache.clear()
    _outlines.version, _outlines.made = -1, {}
    yield


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small content tree: the quest "garden", two tracks, three lessons, one in Korean too."""
    return write_tree(tmp_path / "content")


@pytest.fixture
def loaded(db: None, tree: Path) -> Path:
    """The small tree, loaded."""
    load_content(tree)
    return tree


@pytest.fixture
def make_learner(db: None) -> Callable[..., object]:
    def make(email: str, *, password: str = "correct horse", **fields: object) -> object:
        fields.setdefault("display_name", email.partition("@")[0].title())
        return get_user_model().objects.create_user(email, password, **fields)

    return make


@pytest.fixture
def alice(make_learner):
    return make_learner("alice@example.org", language="en")


@pytest.fixture
def bob(make_learner):
    return make_learner("bob@example.org", language="ko")


@pytest.fixture
def mod(make_learner):
    return make_learner("mod@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def client_of() -> Callable[[object], Client]:
    """A browser in which somebody is signed in."""

    def signed_in(learner: object) -> Client:
        client = Client()
        client.force_login(learner)
        return client

    return signed_in
