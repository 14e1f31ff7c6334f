"""The sitemap: which pages, in which languages, changed when."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lessons.loading import load_content
from tests.trees import lesson_text, write

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
PATHS = [
    "",
    "stream/",
    "garden/",
    "garden/soil/what-soil-is/",
    "garden/soil/compost/",
    "garden/water/watering/",
]


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


def urls(**headers: str) -> dict[str, ElementTree.Element]:
    response = Client(headers=headers).get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(response.content)
    return {url.findtext("s:loc", namespaces=NAMES): url for url in root.findall("s:url", NAMES)}


def test_every_page_is_there_in_each_language(dated):
    assert sorted(urls()) == sorted(
        f"http://testserver/{code}/{path}" for code in ("en", "ko") for path in PATHS
    )


def test_every_address_answers_and_its_alternates_are_those_of_the_page(dated):
    for address, url in urls().items():
        page = Client().get(address.removeprefix("http://testserver")).content.decode()
        assert f'<link rel="canonical" href="{address}">' in page
        alternates = url.findall("x:link", NAMES)
        assert [link.get("hreflang") for link in alternates] == ["en", "ko", "x-default"]
        for link in alternates:
            code, href = link.get("hreflang"), link.get("href")
            assert f'<link rel="alternate" hreflang="{code}" href="{href}">' in page


def test_each_page_says_when_it_changed(dated):
    changed = {
        address: url.findtext("s:lastmod", namespaces=NAMES) for address, url in urls().items()
    }
    assert {
        address.removeprefix("http://testserver/en/"): day
        for address, day in changed.items()
        if "/en/" in address
    } == {
        "": "2026-03-03",
        "stream/": "2026-03-03",
        "garden/": "2026-03-03",
        "garden/soil/what-soil-is/": "2026-03-02",
        "garden/soil/compost/": "2026-03-02",
        "garden/water/watering/": "2026-03-03",
    }


def test_addresses_carry_the_site_and_not_the_host_of_the_request(dated, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    assert all(address.startswith("http://testserver/") for address in urls(host="other.example"))


def test_drafts_and_retired_lessons_are_not_there(dated):
    write(dated / "garden/water/watering.md", lesson_text("water-how", "Watering", status="draft"))
    write(
        dated / "garden/soil/compost.md",
        lesson_text(
            "soil-compost",
            "Compost",
            status="retired",
            body="[soil](what-soil-is.md#sand-and-clay)",
        ),
    )
    load_content(dated)
    found = {
        address.removeprefix("http://testserver/en/") for address in urls() if "/en/" in address
    }
    assert found == {"", "stream/", "garden/", "garden/soil/what-soil-is/"}


def test_a_crawler_that_has_it_gets_304_until_the_tree_changes(dated):
    client = Client()
    first = client.get("/sitemap.xml")
    assert client.get("/sitemap.xml", headers={"If-None-Match": first["ETag"]}).status_code == 304
    with CaptureQueriesContext(connection) as queries:
        client.get("/sitemap.xml")
    assert len(queries) == 1
    write(dated / "garden/water/watering.md", lesson_text("water-how", "Watering", status="draft"))
    load_content(dated)
    again = client.get("/sitemap.xml", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, b"/en/garden/water/watering/" in again.content) == (200, False)


def test_robots_names_it(dated):
    assert "Sitemap: http://testserver/sitemap.xml" in Client().get(
        "/robots.txt"
    ).content.decode().split("\n")
