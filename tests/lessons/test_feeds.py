"""Atom feeds: what they say, that it lasts, and what they cost."""

from datetime import UTC, datetime
from io import BytesIO
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lessons.kept_wsgi import KeptPages
from lessons.loading import load_content
from lessons.models import Lesson
from tests.trees import lesson_text, write

ATOM = {"a": "http://www.w3.org/2005/Atom"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture
def dated(db, tree):
    """The small tree, loaded on 2 March 2026, and one lesson revised a day later."""
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        load_content(tree)
    file = tree / "garden/water/watering.md"
    write(file, file.read_text().replace("in the morning", "in the evening"))
    with time_machine.travel(datetime(2026, 3, 3, 9, tzinfo=UTC), tick=False):
        load_content(tree)
    return tree


def read(path: str) -> ElementTree.Element:
    response = Client().get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def text(element: ElementTree.Element, path: str) -> str | None:
    return element.findtext(f"a:{path}", namespaces=ATOM)


def links(element: ElementTree.Element) -> dict[str | None, str | None]:
    return {link.get("rel"): link.get("href") for link in element.findall("a:link", ATOM)}


def ids(feed: ElementTree.Element) -> list[str | None]:
    return [text(entry, "id") for entry in feed.findall("a:entry", ATOM)]


def test_the_site_feed_says_what_is_new(dated):
    feed = read("/en/stream/feed/")
    assert feed.get(LANG) == "en"
    assert (text(feed, "title"), text(feed, "id")) == (
        "Dotori · Stream",
        "tag:testserver,2026:en/stream",
    )
    assert text(feed, "updated") == "2026-03-03T09:00:00+00:00"
    assert links(feed) == {
        "alternate": "http://testserver/en/stream/",
        "self": "http://testserver/en/stream/feed/",
    }
    entry = feed.find("a:entry", ATOM)
    assert {
        name: text(entry, name) for name in ("title", "id", "published", "updated", "summary")
    } == {
        "title": "Watering",
        "id": "tag:testserver,2026:en/lesson/water-how",
        "published": "2026-03-02T09:00:00+00:00",
        "updated": "2026-03-03T09:00:00+00:00",
        "summary": "What this lesson says.",
    }
    assert links(entry) == {"alternate": "http://testserver/en/garden/water/watering/"}
    assert len(feed.findall("a:entry", ATOM)) == 3


def test_a_feed_speaks_the_language_of_its_address_and_marks_what_does_not(dated):
    feed = read("/ko/stream/feed/")
    assert feed.get(LANG) == "ko"
    entries = {
        text(e, "title"): (e.get(LANG), links(e)["alternate"])
        for e in feed.findall("a:entry", ATOM)
    }
    assert entries == {
        "흙이란": (None, "http://testserver/ko/garden/soil/what-soil-is/"),
        "Compost": ("en", "http://testserver/ko/garden/soil/compost/"),
        "Watering": ("en", "http://testserver/ko/garden/water/watering/"),
    }


def test_the_feed_of_a_quest_holds_its_lessons_alone(dated):
    quest = (dated / "garden/quest.yml").read_text()
    write(
        dated / "desert/quest.yml",
        quest.replace("id: garden", "id: desert")
        .replace("soil, water", "sand")
        .replace("track: soil", "track: sand"),
    )
    write(
        dated / "desert/sand/track.yml",
        (dated / "garden/water/track.yml")
        .read_text()
        .replace("garden-water", "desert-sand")
        .replace("watering", "dunes"),
    )
    write(dated / "desert/sand/dunes.md", lesson_text("dunes", "Dunes"))
    load_content(dated)
    assert ids(read("/en/desert/feed/")) == ["tag:testserver,2026:en/lesson/dunes"]
    assert len(ids(read("/en/garden/feed/"))) == 3
    assert len(ids(read("/en/stream/feed/"))) == 4
    feed = read("/ko/garden/feed/")
    assert (text(feed, "title"), text(feed, "subtitle")) == ("Dotori: 작은 정원", "무언가를 길러요")
    assert text(feed, "id") == "tag:testserver,2026:ko/quest/garden"
    assert links(feed)["alternate"] == "http://testserver/ko/garden/"


def test_the_ids_outlast_a_rename(dated):
    before = ids(read("/en/stream/feed/"))
    (dated / "garden/water/watering.md").rename(dated / "garden/water/how-to-water.md")
    track = dated / "garden/water/track.yml"
    write(track, track.read_text().replace("[watering]", "[how-to-water]"))
    load_content(dated)
    feed = read("/en/stream/feed/")
    assert ids(feed) == before
    assert links(feed.find("a:entry", ATOM)) == {
        "alternate": "http://testserver/en/garden/water/how-to-water/"
    }


def test_drafts_and_retired_lessons_are_in_no_feed(dated, mod, client_of):
    Lesson.objects.filter(id="water-how").update(status="draft")
    Lesson.objects.filter(id="soil-compost").update(status="retired")
    for path in ("/en/stream/feed/", "/en/garden/feed/"):
        assert ids(read(path)) == ["tag:testserver,2026:en/lesson/soil-is"]
        assert b"Watering" not in client_of(mod).get(path).content


def test_an_empty_feed_is_a_feed_and_always_the_same(dated):
    Lesson.objects.update(status="draft")
    feed = read("/en/garden/feed/")
    assert (ids(feed), text(feed, "updated")) == ([], "2026-01-01T00:00:00+00:00")


def test_an_unknown_quest_has_no_feed_and_a_former_address_leads_to_the_present(dated):
    assert Client().get("/en/nothing/feed/").status_code == 404
    (dated / "garden").rename(dated / "yard")
    load_content(dated)
    response = Client().get("/ko/garden/feed/")
    assert (response.status_code, response["Location"]) == (301, "/ko/yard/feed/")


def test_a_feed_refuses_to_be_posted_to(dated):
    assert Client().post("/en/stream/feed/").status_code == 405


def test_a_reader_that_has_the_feed_gets_304_until_it_changes(dated):
    client = Client()
    first = client.get("/en/garden/feed/")
    assert first["Last-Modified"] == "Tue, 03 Mar 2026 09:00:00 GMT"
    assert first["Cache-Control"] == "public, no-cache"
    assert not first.cookies
    for headers in (
        {"If-None-Match": first["ETag"]},
        {"If-None-Match": f'"other", W/{first["ETag"]}'},
        {"If-Modified-Since": first["Last-Modified"]},
        {"If-Modified-Since": "Wed, 04 Mar 2026 09:00:00 GMT"},
    ):
        again = client.get("/en/garden/feed/", headers=headers)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    for headers in (
        {"If-None-Match": '"other"', "If-Modified-Since": first["Last-Modified"]},
        {"If-Modified-Since": "Mon, 02 Mar 2026 09:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        assert client.get("/en/garden/feed/", headers=headers).status_code == 200
    write(
        dated / "garden/soil/compost.md", lesson_text("soil-compost", "Compost", body="Leaves rot.")
    )
    write(
        dated / "garden/soil/what-soil-is.md", (dated / "garden/soil/what-soil-is.md").read_text()
    )
    load_content(dated)
    changed = client.get("/en/garden/feed/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_a_kept_feed_costs_one_query_and_a_new_one_the_same_for_any_number(dated):
    client = Client()
    counts = []
    for path in ("/en/stream/feed/", "/en/stream/feed/", "/en/garden/feed/", "/en/garden/feed/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts == [3, 1, 4, 1]


@pytest.fixture
def server(transactional_db):
    """The site's whole WSGI stack, as ``get(path, **environ) -> status, headers, body``."""
    application = KeptPages(get_wsgi_application())

    def get(path: str, **headers: str) -> tuple[str, dict[str, str], bytes]:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            **headers,
        }
        answer: list = []
        body = application(environ, lambda status, head: answer.extend([status, dict(head)]))
        return answer[0], answer[1], b"".join(body)

    yield get
    own = getattr(application.versions.local, "postgresql", None)
    if own:  # else PostgreSQL would not drop the database of the tests
        own.close()


def test_a_feed_is_answered_from_kept_bytes(server, tree):
    load_content(tree)
    first = server("/en/stream/feed/")
    with CaptureQueriesContext(connection) as queries:
        second = server("/en/stream/feed/")
        packed = server("/en/stream/feed/", HTTP_ACCEPT_ENCODING="gzip")
        known = [
            server("/en/stream/feed/", HTTP_IF_NONE_MATCH=packed[1]["ETag"]),
            server("/en/stream/feed/", HTTP_IF_MODIFIED_SINCE=first[1]["Last-Modified"]),
        ]
        older = server("/en/stream/feed/", HTTP_IF_MODIFIED_SINCE="Mon, 02 Mar 2026 09:00:00 GMT")
    assert len(queries) == 0
    assert first[2] == second[2] == older[2] == Client().get("/en/stream/feed/").content
    assert packed[1]["Content-Encoding"] == "gzip"
    assert len(packed[2]) < len(first[2])
    assert [(status, body) for status, _, body in known] == [("304 Not Modified", b"")] * 2
