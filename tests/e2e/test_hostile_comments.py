"""Every attack we know, posted as a comment and shown wherever comments are, with no policy to help.

What Chromium would run it reports here; what it makes of the HTML is held against the allowed list.
"""

import uuid
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Page

import comments.admin
import comments.letters
import comments.page
import comments.views.notifications
from comments import letters, markup
from comments.models import Comment, Discussion, Mail, MailChoice, Notification, Thread
from lessons.models import Lesson
from tests.comments.hostile import ELEMENTS, vectors
from tests.e2e.conftest import serve
from tests.e2e.test_comments import LESSON

MANY = 1000  # comments on one page, so that a browser need not turn hundreds
CONTROL = '<p><img src="x" onerror="alert(1)"></p>'

WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
  window[name] = (...words) => { window.ran.push(name + ": " + words.join()); };
}
window.addEventListener("error", () => {}, true);
"""

LOOK = """
([allowed, places]) => {
  const faults = []; // the protocol ":" is an address that no browser can read
  for (const place of document.querySelectorAll(places)) {
    for (const element of place.querySelectorAll("*")) {
      if (element.matches("figure.code > button.copy")) continue; // ours: static/js/copy.js
      const name = element.localName;
      const known = allowed[name];
      if (!known) { faults.push("<" + name + ">"); continue; }
      for (const attribute of element.attributes) {
        if (!known.includes(attribute.name)) faults.push("<" + name + " " + attribute.name + ">");
      }
      if (name === "a" && !["http:", "https:", "mailto:", ":"].includes(element.protocol)) {
        faults.push("link to " + element.protocol);
      }
    }
  }
  return { faults, places: document.querySelectorAll(places).length, ran: window.ran };
}
"""


@pytest.fixture
def bare_site(transactional_db, loaded, settings):
    """The site without its policy: the comments have to be safe by themselves."""
    open_door = {"default-src": ["*", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"]}
    settings.SECURE_CSP = settings.SECURE_CSP_ADMIN = open_door
    yield from serve(settings)


@pytest.fixture
def many_on_a_page(monkeypatch):
    monkeypatch.setattr(comments.page, "THREADS", MANY)
    monkeypatch.setattr(comments.views.notifications, "PAGE", MANY)
    monkeypatch.setattr(comments.admin, "NEIGHBOURS", MANY)
    monkeypatch.setattr(comments.letters, "_LONGEST", 100 * MANY)


@pytest.fixture
def posted(bare_site, alice, bob) -> int:
    """All attacks, each a reply that alice is told of; written in bulk, rendered as always."""
    lesson, texts = Lesson.objects.get(pk="soil-is"), vectors()
    threads = [Thread(lesson=lesson, visible_count=2, last_place=1) for _ in texts]
    Thread.objects.bulk_create(threads)
    now = timezone.now()
    roots = [
        Comment(
            lesson=lesson,
            thread=thread,
            place=0,
            author=alice,
            text="?",
            html="<p>?</p>",
            key=uuid.uuid4(),
            told_at=now,
        )
        for thread in threads
    ]
    Comment.objects.bulk_create(roots)
    attacks = [
        Comment(
            lesson=lesson,
            thread=thread,
            place=1,
            parent=root,
            author=bob,
            key=uuid.uuid4(),
            told_at=now,
            text=markup.printable(text),
            html=markup.render(text),
            language=markup.language_of(text),
        )
        for thread, root, text in zip(threads, roots, texts, strict=True)
    ]
    Comment.objects.bulk_create(attacks)
    Notification.objects.bulk_create(
        Notification(recipient=alice, comment=attack) for attack in attacks
    )
    Discussion.objects.create(lesson=lesson, visible_count=2 * len(texts))
    return len(texts)


@pytest.fixture
def watched(open_context, client_of, settings, bare_site, alice, mod):
    """A page that reports what ran, with somebody signed in. Nothing leaves this machine."""

    def make(learner) -> Page:
        context = open_context()
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies(
            [{"name": name, "value": client_of(learner).cookies[name].value, "url": bare_site}]
        )
        context.add_init_script(WATCH)
        context.route(
            lambda url: not url.startswith((bare_site, "data:")), lambda route: route.abort()
        )
        page = context.new_page()
        page.set_default_timeout(120_000)
        return page

    return make


def look(page: Page, places: str) -> tuple[list[str], int, list[str]]:
    """What is wrong on the page, how many comments it has, and what ran."""
    page.wait_for_timeout(150)
    found = page.evaluate(LOOK, [{name: sorted(known) for name, known in ELEMENTS.items()}, places])
    return sorted(set(found["faults"])), found["places"], found["ran"]


def plant(pk: int) -> None:
    """A control: markup that must be caught, past the sanitiser."""
    Comment.objects.filter(pk=pk).update(html=CONTROL)


def test_nothing_runs_in_the_lesson(many_on_a_page, posted, watched, bare_site, alice):
    page = watched(alice)
    address, seen = f"{bare_site}{LESSON}?order=oldest", 0
    while address:
        page.goto(address)
        faults, places, ran = look(page, ".comment .comment-body")
        assert (faults, ran) == ([], [])
        seen += places
        assert (
            page.locator("main > .page > article.lesson .discussion > .discussion-foot").count()
            == 1
        )
        assert page.locator("body > footer.site-footer").count() == 1
        following = page.get_by_role("link", name="More comments")
        address = following.evaluate("(link) => link.href") if following.count() else None
    assert seen == 2 * posted
    plant(Comment.objects.latest("pk").pk)
    page.goto(f"{bare_site}{LESSON}?order=newest")
    faults, _places, ran = look(page, ".comment .comment-body")
    assert (faults, ran) == (["<img>"], ["alert: 1"])


def test_nothing_runs_in_the_notifications(many_on_a_page, posted, watched, bare_site, alice):
    page = watched(alice)
    address, seen = f"{bare_site}/en/notifications/", 0
    while address:
        page.goto(address)
        faults, places, ran = look(page, ".notification-list .comment-body")
        assert (faults, ran) == ([], [])
        seen += places
        assert page.locator("body > footer.site-footer").count() == 1
        following = page.get_by_role("link", name="Older")
        address = following.evaluate("(link) => link.href") if following.count() else None
    assert seen == posted
    plant(Comment.objects.latest("pk").pk)
    page.goto(f"{bare_site}/en/notifications/")
    assert look(page, ".notification-list .comment-body")[2] == ["alert: 1"]


def test_nothing_runs_in_the_mails(many_on_a_page, posted, watched, alice):
    MailChoice.choose(alice, "daily")
    Notification.objects.update(created_at=timezone.now() - timedelta(days=2))
    letters.write_letters()
    page = watched(alice)
    page.set_content(Mail.objects.get().html)
    faults, places, ran = look(page, "blockquote:not(blockquote blockquote)")
    assert (faults, ran) == ([], [])
    assert places == posted
    assert page.locator("body > hr + p small a").count() == 3
    page.set_content(render_to_string("comments/mail/reply.html", {"html": CONTROL}))
    assert look(page, "blockquote")[2] == ["alert: 1"]


def test_nothing_runs_in_the_admin(many_on_a_page, posted, watched, bare_site, mod):
    """Each attack with its thread in view; here all of them are one thread."""
    attacks = _in_one_thread()
    page, seen = watched(mod), set()
    for attack in attacks[MANY - 1 :: 2 * MANY] + attacks[-1:]:
        page.goto(f"{bare_site}/admin/comments/comment/{attack.pk}/change/")
        faults, _places, ran = look(page, ".moderated-thread > li > blockquote")
        assert (faults, ran) == ([], [])
        assert page.locator("#comment_form .submit-row input").count() == 6
        seen |= set(
            page.locator(".moderated-thread > li").evaluate_all("(all) => all.map((one) => one.id)")
        )
    assert {attack.anchor for attack in attacks} <= seen
    page.goto(f"{bare_site}/admin/comments/comment/?queue=all&all=")
    assert look(page, "#result_list")[2] == []
    plant(attacks[0].pk)
    page.goto(f"{bare_site}/admin/comments/comment/{attacks[0].pk}/change/")
    assert look(page, ".moderated-thread > li > blockquote")[2] == ["alert: 1"]


def _in_one_thread() -> list[Comment]:
    attacks = list(Comment.objects.filter(place=1).order_by("pk"))
    root = Comment.objects.earliest("pk")
    for place, attack in enumerate(attacks, 1):
        attack.thread, attack.place, attack.parent = root.thread, place, root
    Comment.objects.bulk_update(attacks, ["thread", "place", "parent"], batch_size=500)
    return attacks
