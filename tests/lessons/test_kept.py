"""Kept pages: the same bytes for every guest, current at once, filled anew for learners."""

import gzip
from io import BytesIO

import brotli
import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from lessons.kept import Kept, Store, store
from lessons.kept_wsgi import KeptPages
from lessons.loading import load_content
from lessons.models import PageVersion
from tests.trees import lesson_text, write

LESSON = "/en/garden/soil/what-soil-is/"


class Browser:
    """Calls the site's whole WSGI stack."""

    def __init__(self) -> None:
        self.calls = 0
        django = get_wsgi_application()

        def counted(environ, start_response):
            self.calls += 1
            return django(environ, start_response)

        self.application = KeptPages(counted)

    def get(self, path: str, method: str = "GET", **headers: str):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": None,
            **headers,
        }
        caught = {}

        def start_response(status, found, exc_info=None):
            caught["status"], caught["headers"] = int(status[:3]), dict(found)

        body = b"".join(self.application(environ, start_response))
        return caught["status"], caught["headers"], body


@pytest.fixture
def site(transactional_db, tree):
    load_content(tree)
    return tree


def test_a_guest_gets_kept_bytes_without_django(site):
    browser = Browser()
    first = browser.get(LESSON)
    second = browser.get(LESSON)
    assert browser.calls == 1
    assert first == second
    status, headers, body = second
    assert (status, headers["Cache-Control"], "Set-Cookie" in headers) == (
        200,
        "public, no-cache",
        False,
    )
    assert "Content-Security-Policy" in headers and b"What soil is" in body


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [("br, gzip", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress), ("", None, bytes)],
)
def test_each_encoding_holds_the_same_page_and_answers_304(site, accepted, encoding, decode):
    browser = Browser()
    plain = browser.get(LESSON)[2]
    status, headers, body = browser.get(LESSON, HTTP_ACCEPT_ENCODING=accepted)
    assert headers.get("Content-Encoding") == encoding
    assert decode(body) == plain
    assert int(headers["Content-Length"]) == len(body)
    assert "Accept-Encoding" in headers["Vary"] and "Cookie" in headers["Vary"]
    status, again, nothing = browser.get(
        LESSON, HTTP_ACCEPT_ENCODING=accepted, HTTP_IF_NONE_MATCH=headers["ETag"]
    )
    assert (status, nothing, again["ETag"]) == (304, b"", headers["ETag"])


def test_head_has_the_headers_and_no_body(site):
    browser = Browser()
    length = len(browser.get(LESSON)[2])
    status, headers, body = browser.get(LESSON, method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(length), b"")


def test_a_page_is_current_at_the_next_request_after_a_load_or_a_comment(site):
    browser = Browser()
    before = browser.get(LESSON)[1]["ETag"]
    write(
        site / "garden/soil/what-soil-is.md",
        lesson_text("soil-is", "What soil is", body="## Sand and clay\n\nNew words."),
    )
    load_content(site)
    _, headers, body = browser.get(LESSON)
    assert b"New words." in body and headers["ETag"] != before
    PageVersion.bump("lesson:soil-is")
    calls = browser.calls
    browser.get(LESSON)
    assert browser.calls == calls + 1
    browser.get(LESSON)
    assert browser.calls == calls + 1


def test_a_comment_on_one_lesson_leaves_the_others_kept(site):
    browser = Browser()
    browser.get("/en/garden/soil/compost/")
    PageVersion.bump("lesson:soil-is")
    browser.get("/en/garden/soil/compost/")
    assert browser.calls == 1


@pytest.mark.parametrize(
    "headers",
    [{"HTTP_COOKIE": "sessionid=x"}, {"QUERY_STRING": "a=b"}, {"HTTP_HOST": "evil.example"}],
)
def test_what_is_not_a_guest_s_plain_request_goes_to_django(site, headers):
    browser = Browser()
    browser.get(LESSON)
    browser.get(LESSON, **headers)
    assert browser.calls == 2


def test_guests_read_on_when_the_database_is_down(site, monkeypatch):
    browser = Browser()
    page = browser.get(LESSON)[2]

    def broken(versions):
        raise ConnectionError("no database")

    browser.application.versions.are = broken
    assert browser.get(LESSON)[2] == page


def test_a_learner_gets_the_kept_page_with_their_slots(
    site, alice, client_of, django_assert_max_num_queries
):
    guest = Client().get(LESSON).content.decode()
    browser = client_of(alice)
    browser.get(LESSON)
    kept = store.get(LESSON)
    with django_assert_max_num_queries(8):
        response = browser.get(LESSON)
    assert store.get(LESSON) is kept
    assert response.headers["Cache-Control"] == "private, no-cache"
    page = response.content.decode()
    assert "Alice" in page and "Alice" not in guest
    assert Client().get(LESSON).content.decode() == guest


def test_learners_first_leave_nothing_of_theirs_for_guests(site, alice, client_of):
    client_of(alice).get(LESSON)
    status, headers, body = Browser().get(LESSON)
    assert b"Alice" not in body and b"csrf" not in body
    assert headers["Cache-Control"] == "public, no-cache"


def test_the_store_drops_the_least_recently_used():
    small = Store(limit=30)
    for name in "abc":
        small.put(name, Kept((b"0123456789",), {}, {}, name))
    small.get("a")
    small.put("d", Kept((b"0123456789",), {}, {}, "d"))
    assert list(small.pages) == ["c", "a", "d"]
    assert small.size == 30


def test_a_site_on_https_redirects_plain_http_even_where_the_page_is_kept(site, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    browser = Browser()
    assert browser.get(LESSON, HTTP_X_FORWARDED_PROTO="https")[0] == 200
    assert browser.get(LESSON, HTTP_X_FORWARDED_PROTO="https")[0] == 200
    status, headers, _ = browser.get(LESSON)
    assert (status, headers["Location"]) == (301, f"https://testserver{LESSON}")


def test_a_browser_that_revalidates_fills_the_store_too(site):
    browser = Browser()
    etag = browser.get(LESSON)[1]["ETag"]
    PageVersion.bump("content")
    assert browser.get(LESSON, HTTP_IF_NONE_MATCH=etag)[0] == 304
    calls = browser.calls
    status, headers, body = browser.get(LESSON)
    assert (browser.calls, status, headers["Content-Type"]) == (
        calls,
        200,
        "text/html; charset=utf-8",
    )
    assert b"What soil is" in body


def test_an_encoding_of_weight_0_is_not_sent(site):
    browser = Browser()
    browser.get(LESSON)
    assert browser.get(LESSON, HTTP_ACCEPT_ENCODING="br;q=0, gzip")[1]["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in browser.get(LESSON, HTTP_ACCEPT_ENCODING="gzip;q=0")[1]


def test_links_of_an_untranslated_lesson_stay_in_the_reader_s_language(site):
    body = Browser().get("/ko/garden/soil/compost/")[2].decode()
    assert 'href="/ko/garden/soil/what-soil-is/#sand-and-clay"' in body
