"""Nobody learns whether an address has an account: the same answers, the same number of mails."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

pytestmark = pytest.mark.django_db
STRANGER = "stranger@example.org"


def seen(client: Client, path: str, data: dict[str, str], email: str) -> list[tuple[object, ...]]:
    """All that a visitor sees of a request and of where it leads, without the parts that are random."""
    answers = [client.post(path, data)]
    while answers[-1].status_code == 302:
        answers.append(client.get(answers[-1]["Location"]))
    return [visible(answer, email) for answer in answers]


def visible(answer, email: str) -> tuple[object, ...]:
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    headers = {
        name: value for name, value in answer.items() if name not in ("Content-Length", "Expires")
    }
    cookies = sorted(
        (c.key, c["max-age"], c["path"], c["httponly"]) for c in answer.cookies.values()
    )
    return answer.status_code, headers, cookies, body.replace(email, "THE ADDRESS")


def both(path: str, data: dict[str, str], known: str) -> tuple[list, list]:
    """What is seen for an address with an account and for one without, each in a fresh browser."""
    views = []
    for email in (known, STRANGER):
        cache.clear()
        filled = {key: value.replace("EMAIL", email) for key, value in data.items()}
        views.append(seen(Client(), path, filled, email))
    return views[0], views[1]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/en/accounts/login/", {"login": "EMAIL", "password": "not this one"}),
        ("/en/accounts/login/code/", {"email": "EMAIL"}),
        ("/en/accounts/password/reset/", {"email": "EMAIL"}),
        ("/en/accounts/signup/", {"email": "EMAIL", "password1": "acorns in winter"}),
        ("/ko/accounts/login/", {"login": "EMAIL", "password": "not this one"}),
        ("/ko/accounts/signup/", {"email": "EMAIL", "password1": "acorns in winter"}),
        ("/en/accounts/signup/", {"email": "EMAIL", "password1": "short"}),
    ],
)
def test_an_answer_is_the_same_with_and_without_an_account(smtp, alice, path, data):
    known, unknown = both(path, data, alice.email)
    assert known == unknown
    assert len(smtp.to(alice.email)) == len(smtp.to(STRANGER))


def test_each_way_mails_both_addresses_once(smtp, alice):
    for path in ("/en/accounts/login/code/", "/en/accounts/password/reset/"):
        both(path, {"email": "EMAIL"}, alice.email)
    both("/en/accounts/signup/", {"email": "EMAIL", "password1": "acorns in winter"}, alice.email)
    assert len(smtp.to(alice.email)) == len(smtp.to(STRANGER)) == 3
    assert smtp.to(alice.email)[2]["Subject"] == "You already have an account at Dotori"


@pytest.mark.parametrize(
    ("start", "data", "enter"),
    [
        ("login/code/", {"email": "EMAIL"}, "login/code/confirm/"),
        ("password/reset/", {"email": "EMAIL"}, "password/reset/confirm/"),
        ("signup/", {"email": "EMAIL", "password1": "acorns in winter"}, "confirm-email/"),
    ],
)
def test_wrong_codes_and_asking_again_tell_nothing(smtp, alice, start, data, enter):
    views = []
    for email in (alice.email, STRANGER):
        browser = Client()
        cache.clear()
        steps = []
        filled = {key: value.replace("EMAIL", email) for key, value in data.items()}
        steps += seen(browser, f"/en/accounts/{start}", filled, email)
        cache.clear()
        steps += seen(browser, f"/en/accounts/{enter}", {"action": "resend"}, email)
        for code in ("0000-0000", "", "0000-0001", "0000-0002"):
            steps += seen(browser, f"/en/accounts/{enter}", {"code": code}, email)
        views.append(steps)
    assert views[0] == views[1]


def test_the_page_of_a_change_of_address_tells_nothing(client_of, smtp, alice, bob):
    views = []
    for email in (bob.email, STRANGER):
        cache.clear()
        browser = client_of(alice)
        start = browser.post("/en/accounts/email/", {"email": email, "action_add": ""})
        browser.post(start["Location"], {"password": "correct horse"})
        views.append(visible(browser.get("/en/accounts/confirm-email/"), email))
    assert views[0] == views[1]
    assert len(smtp.to(bob.email)) == len(smtp.to(STRANGER)) == 1


def test_sign_up_hashes_a_password_either_way(settings, smtp, alice, monkeypatch):
    """The hash is what takes time; counted, because a clock would make this test a lottery."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args: hashed.append(args) or encode(self, *args)
    )
    counts = []
    for path in ("signup", "login"):
        for email in (alice.email, STRANGER):
            cache.clear()
            hashed.clear()
            data = {
                "email": email,
                "login": email,
                "password1": "acorns in winter",
                "password": "wrong",
            }
            Client().post(f"/en/accounts/{path}/", data)
            counts.append(len(hashed))
    assert counts == [1, 1, 1, 1]
