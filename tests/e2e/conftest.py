"""A real Chromium, driven by Playwright, against the site as gunicorn would serve it."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread

from socketserver import ThreadingMixIn

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing: the assertions speak."""


@pytest.fixture
def site(transactional_db: None, loaded: Any, settings: Any) -> Iterator[str]:
    """The small tree behind the site's whole WSGI stack, kept pages included; gives its address."""
    yield from serve(settings)


def serve(settings: Any) -> Iterator[str]:
    """Serve the site with what the database holds until the test ends."""
    from lessons.kept_wsgi import KeptPages

    application = KeptPages(_closing(get_wsgi_application()))
    server = make_server("127.0.0.1", 0, application, _Server, _Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    settings.SITE_URL = address
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _closing(application: Any) -> Any:
    """Each request has its own thread here: its connections must not outlive it."""

    def wrapper(environ: Any, start_response: Any) -> Any:
        body = application(environ, start_response)
        try:
            return list(body)
        finally:
            # Left open, a response would be closed by the garbage collector, in whatever thread,
            # and take that thread's connection along in the middle of a transaction.
            getattr(body, "close", lambda: None)()
            connections.close_all()

    return wrapper


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes fresh browsers (contexts); a page error or a refused script fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-US", **options})
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on(
            "console", lambda message: faults.append(message.text) if _is_fault(message) else None
        )
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def _is_fault(message: Any) -> bool:
    return message.type == "error" and "Content Security Policy" in message.text


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    """A page of a fresh browser, 1280 × 900, English, light."""
    return open_context(viewport={"width": 1280, "height": 900}, color_scheme="light").new_page()


def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong with a page, one line an element."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
