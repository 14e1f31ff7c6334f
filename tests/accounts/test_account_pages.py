"""Settings, export, deletion, sessions, sign-out, and what stands around them."""

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from progress import accounts
from progress.models import Learner
from progress.templatetags.browsers import browser_name

pytestmark = pytest.mark.django_db


def sign_in(learner: Learner, browser: str = "Firefox", **extra: str) -> Client:
    client = Client(headers={"user-agent": browser})
    data = {"login": learner.email, "password": "correct horse", "remember": "on"}
    assert client.post("/en/accounts/login/", data, **extra).status_code == 302
    return client


def prove(client: Client, path: str) -> str:
    """Follow a page to "is it you?", answer, and give where that leads."""
    answer = client.get(path)
    assert answer["Location"].startswith("/en/accounts/reauthenticate/?next=")
    return client.post(answer["Location"], {"password": "correct horse"})["Location"]


def test_signing_out_ends_at_home_and_leaves_no_session(alice, loaded):
    client = sign_in(alice)
    client.get("/en/accounts/settings/")
    assert client.get("/en/accounts/logout/").status_code == 200  # asks
    assert "_auth_user_id" in client.session
    answer = client.post("/en/accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/en/")
    assert answer["Clear-Site-Data"] == '"cache"'
    assert {name: cookie.value for name, cookie in client.cookies.items()} == {
        "sessionid": "",
        "csrftoken": "",
    }
    assert all(cookie["max-age"] == 0 for cookie in answer.cookies.values())
    assert not Session.objects.exists()
    client.cookies.clear()  # as a browser does with cookies whose time is over
    home = client.get("/en/")
    assert not home.cookies
    assert "Sign in" in home.content.decode()


def test_signing_out_needs_the_form_of_this_site(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/ko/accounts/logout/")
    assert answer.status_code == 403
    assert '<html lang="ko">' in answer.content.decode()
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "path",
    ["login/", "signup/", "login/code/", "password/reset/", "settings/", "delete/", "email/"],
)
def test_each_form_needs_its_token(alice, path):
    client = Client(enforce_csrf_checks=True)
    if path in ("settings/", "delete/", "email/"):
        client.force_login(alice)
    assert client.post(f"/en/accounts/{path}", {"email": "x@example.org"}).status_code == 403


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "http:///evil.example",
        "javascript:alert(1)", "https://testserver@evil.example/", "http://localhost/", "\thttps://evil.example",
    ],
)  # fmt: skip
def test_next_leads_nowhere_else(alice, elsewhere):
    data = {"login": alice.email, "password": "correct horse", "next": elsewhere}
    assert Client().post("/en/accounts/login/", data)["Location"] == "/en/"
    client = sign_in(alice)
    assert client.post("/en/accounts/logout/", {"next": elsewhere})["Location"] == "/en/"


def test_settings_change_name_and_language_and_move_to_the_page_in_it(client_of, alice):
    client = client_of(alice)
    answer = client.post(
        "/en/accounts/settings/", {"display_name": "  Alice\u00a0 L.  ", "language": "ko"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/ko/accounts/settings/")
    alice.refresh_from_db()
    assert (alice.display_name, alice.language) == ("Alice L.", "ko")
    assert "Alice L." in client.get("/ko/accounts/settings/").content.decode()


def test_settings_are_nobodys_but_the_learners(client):
    for page in ("settings", "export", "delete"):
        answer = client.get(f"/en/accounts/{page}/")
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"/en/accounts/login/?next=/en/accounts/{page}/",
        )


def test_a_refused_name_changes_nothing_and_is_not_shown_in_the_header(client_of, alice):
    client = client_of(alice)
    page = client.post("/en/accounts/settings/", {"display_name": "Admin", "language": "en"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "could be taken for the site’s own" in text
    assert '<span class="account-name">Alice</span>' in text
    alice.refresh_from_db()
    assert alice.display_name == "Alice"


def test_the_name_of_staff_is_not_taken_by_others(client_of, alice, mod):
    mod.display_name = "Hyejin"
    mod.save()
    client = client_of(alice)
    client.post(
        "/en/accounts/settings/", {"display_name": "НYEJIN".replace("Н", "H"), "language": "en"}
    )
    alice.refresh_from_db()
    assert alice.display_name == "Alice"


def test_export_has_everything_and_no_secret(alice, client_of):
    client = sign_in(alice)
    answer = client.get("/en/accounts/export/")
    assert answer.streaming
    today = timezone.localdate()
    assert answer["Content-Disposition"] == f'attachment; filename="dotori-{today:%Y-%m-%d}.json"'
    assert "no-store" in answer["Cache-Control"]
    text = b"".join(answer.streaming_content).decode()
    data = json.loads(text)
    assert data["account"]["email"] == "alice@example.org"
    assert data["mail_addresses"] == [
        {"email": "alice@example.org", "verified": True, "primary": True}
    ]
    assert [session["user_agent"] for session in data["sessions"]] == ["Firefox"]
    assert alice.password not in text
    assert client.session.session_key not in text


def numbers(learner: Learner) -> dict[str, object]:
    return {"counted": iter(range(3)), "none": iter(())}


def test_export_writes_the_parts_of_each_app_item_by_item(alice, client_of, settings):
    settings.LEARNER_EXPORTS = [
        *settings.LEARNER_EXPORTS,
        "tests.accounts.test_account_pages.numbers",
    ]
    pieces = list(client_of(alice).get("/en/accounts/export/").streaming_content)
    data = json.loads(b"".join(pieces))
    assert (data["counted"], data["none"]) == ([0, 1, 2], [])
    assert b",\n1" in pieces


def test_an_account_is_deleted_by_its_learner_who_is_told(alice, bob, smtp):
    phone = sign_in(alice, "Phone")
    client = sign_in(alice, "Laptop")
    page = prove(client, "/en/accounts/delete/")
    assert page == "/en/accounts/delete/"
    refused = client.post(page, {"email": "bob@example.org"})
    assert "This is not the mail address of your account." in refused.content.decode()
    answer = client.post(page, {"email": " Alice@example.org "})
    assert "Your account is deleted" in answer.content.decode()
    assert answer["Clear-Site-Data"] == '"cache"'
    assert list(Learner.objects.values_list("email", flat=True)) == ["bob@example.org"]
    assert not EmailAddress.objects.filter(email="alice@example.org").exists()
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()
    assert client.cookies["sessionid"].value == ""
    assert phone.get("/en/accounts/settings/").status_code == 302
    assert [mail["Subject"] for mail in smtp.to("alice@example.org")] == [
        "Your account at Dotori is deleted"
    ]


def test_deletion_asks_again_who_it_is(alice):
    client = sign_in(alice)
    answer = client.post("/en/accounts/delete/", {"email": alice.email})
    assert answer["Location"] == "/en/accounts/reauthenticate/?next=%2Fen%2Faccounts%2Fdelete%2F"
    answer = client.post(answer["Location"], {"password": "wrong"})
    assert answer.status_code == 200
    assert Learner.objects.filter(pk=alice.pk).exists()


def fail(learner: Learner) -> None:
    raise RuntimeError("an app could not erase its part")


def test_deletion_is_all_or_nothing(alice, settings):
    sign_in(alice)
    settings.LEARNER_ERASURES = [
        *settings.LEARNER_ERASURES,
        "tests.accounts.test_account_pages.fail",
    ]
    with pytest.raises(RuntimeError):
        accounts.erase(alice)
    assert Learner.objects.filter(pk=alice.pk).exists()
    assert Session.objects.count() == UserSession.objects.count() == 1


def test_sessions_are_listed_and_all_but_this_one_ended(alice):
    phone = sign_in(alice, "Phone", REMOTE_ADDR="192.0.2.7")
    laptop = sign_in(alice, "Laptop", REMOTE_ADDR="192.0.2.8")
    text = laptop.get("/en/accounts/sessions/").content.decode()
    assert (
        text.index("Phone")
        < text.index("192.0.2.7")
        < text.index("Laptop")
        < text.index("192.0.2.8")
    )
    assert text.count("this browser") == 1
    assert laptop.post("/en/accounts/sessions/").status_code == 302
    assert phone.get("/en/accounts/sessions/").status_code == 302
    assert laptop.get("/en/accounts/sessions/").status_code == 200


def test_a_changed_password_ends_the_other_sessions_and_is_told_by_mail(alice, smtp):
    phone, laptop = sign_in(alice, "Phone"), sign_in(alice, "Laptop")
    new = {
        "oldpassword": "correct horse",
        "password1": "staple battery",
        "password2": "staple battery",
    }
    assert laptop.post("/en/accounts/password/change/", new)["Location"] == "/en/accounts/settings/"
    assert phone.get("/en/accounts/settings/").status_code == 302
    assert laptop.get("/en/accounts/settings/").status_code == 200
    assert "Browser: Laptop" in smtp.to(alice.email)[0].get_content()


def test_account_pages_are_kept_nowhere_and_run_no_inline_code(alice, client_of):
    client = client_of(alice)
    pages = [
        "settings/",
        "email/",
        "password/change/",
        "2fa/",
        "2fa/webauthn/",
        "sessions/",
        "logout/",
    ]
    for page in [*pages, "reauthenticate/"]:
        answer = client.get(f"/en/accounts/{page}")
        text = answer.content.decode()
        assert answer.status_code == 200, page
        assert "no-store" in answer["Cache-Control"], page
        assert "'unsafe-inline'" not in answer["Content-Security-Policy"], page
        assert " style=" not in text, page
        assert "onclick" not in text, page
        assert '<meta name="robots" content="noindex">' in text, page


def test_the_header_offers_sign_in_and_back_to_this_page(client, loaded):
    assert (
        'href="/en/accounts/login/?next=/en/stream/"' in client.get("/en/stream/").content.decode()
    )
    assert 'href="/en/accounts/login/"' in client.get("/en/accounts/signup/").content.decode()


def test_the_header_has_the_learners_menu_on_a_kept_page(client_of, client, alice, loaded):
    client.get("/en/")
    text = client_of(alice).get("/en/").content.decode()
    assert '<span class="account-name">Alice</span>' in text
    assert 'action="/en/accounts/logout/"' in text
    assert "csrfmiddlewaretoken" in text
    assert "csrfmiddlewaretoken" not in client.get("/en/").content.decode()


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
            "Chrome, Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/27 Chrome/125 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_called_by_its_name(user_agent, name):
    assert browser_name(user_agent) == name
