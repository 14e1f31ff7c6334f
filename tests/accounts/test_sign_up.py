"""Sign-up, confirmation of the address, sign-in by password and by mailed code, over real SMTP."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from progress.models import Learner

pytestmark = pytest.mark.django_db
PASSWORD = "acorns in winter"


def sign_up(client: Client, email: str, *, language: str = "en", password: str = PASSWORD):
    return client.post(f"/{language}/accounts/signup/", {"email": email, "password1": password})


def enter_code(client: Client, code: str, *, language: str = "en"):
    return client.post(f"/{language}/accounts/confirm-email/", {"code": code})


def test_signing_up_mails_a_code_and_the_code_signs_in(client, smtp):
    answer = sign_up(client, "Carol@Example.org")
    assert (answer.status_code, answer["Location"]) == (302, "/en/accounts/confirm-email/")
    assert Learner.objects.get().email == "carol@example.org"
    assert client.get("/en/accounts/settings/").status_code == 302  # not inside yet

    mail = smtp.to("carol@example.org")[0]
    assert mail["Subject"] == "Confirm your mail address for Dotori"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"

    answer = enter_code(client, smtp.code_for("carol@example.org"))
    assert (answer.status_code, answer["Location"]) == (302, "/en/")
    assert EmailAddress.objects.get().verified
    assert b"carol@example.org" in client.get("/en/accounts/settings/").content
    assert len(smtp.mails) == 1


def test_the_language_of_sign_up_is_the_learners(client, smtp):
    sign_up(client, "dan@example.org", language="ko")
    assert Learner.objects.get().language == "ko"
    assert smtp.mails[0]["Content-Language"] == "ko"


def test_a_wrong_code_does_not_sign_in_and_three_end_it(client, smtp):
    sign_up(client, "carol@example.org")
    assert "errorlist" in enter_code(client, "0000-0000").content.decode()
    enter_code(client, "0000-0001")
    answer = enter_code(client, "0000-0002")
    assert answer["Location"] == "/en/accounts/login/"
    answer = enter_code(client, smtp.code_for("carol@example.org"))
    assert answer["Location"] == "/en/accounts/login/"
    assert not EmailAddress.objects.get().verified


def test_sign_in_by_password(client, smtp, alice):
    data = {"login": "Alice@example.org", "password": "correct horse", "remember": "on"}
    answer = client.post("/en/accounts/login/?next=/en/stream/", data)
    assert (answer.status_code, answer["Location"]) == (302, "/en/stream/")
    assert client.session.get_expiry_age() == 14 * 24 * 3600
    assert smtp.mails == []


def test_without_keep_me_signed_in_the_session_ends_with_the_browser(client, smtp, alice):
    client.post("/en/accounts/login/", {"login": alice.email, "password": "correct horse"})
    assert client.session.get_expire_at_browser_close()


def test_sign_in_of_an_unconfirmed_address_asks_for_the_code_first(client, smtp, alice):
    EmailAddress.objects.all().delete()  # as of a learner made in the admin
    answer = client.post("/en/accounts/login/", {"login": alice.email, "password": "correct horse"})
    assert answer["Location"] == "/en/accounts/confirm-email/"
    assert enter_code(client, smtp.code_for(alice.email))["Location"] == "/en/"


def test_sign_in_by_mailed_code(client, smtp, bob):
    answer = client.post("/en/accounts/login/code/?next=/en/stream/", {"email": bob.email})
    assert answer.status_code == 302
    assert smtp.to(bob.email)[0]["Content-Language"] == "ko"  # bob's language, not the page's
    page = answer["Location"]
    answer = client.post(page, {"code": smtp.code_for(bob.email), "next": "/en/stream/"})
    assert (answer.status_code, answer["Location"]) == (302, "/en/stream/")
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_another_code_replaces_the_first(client, smtp, bob):
    client.post("/en/accounts/login/code/", {"email": bob.email})
    first = smtp.code_for(bob.email)
    client.post("/en/accounts/login/code/confirm/", {"action": "resend"})
    second = smtp.code_for(bob.email)
    assert len(smtp.to(bob.email)) == 2
    assert first != second
    client.post("/en/accounts/login/code/confirm/", {"code": first})
    assert "_auth_user_id" not in client.session
    client.post("/en/accounts/login/code/confirm/", {"code": second})
    assert "_auth_user_id" in client.session


def test_a_forgotten_password_is_replaced_and_other_sessions_end(client, client_of, smtp, alice):
    elsewhere = client_of(alice)
    assert elsewhere.get("/en/accounts/settings/").status_code == 200
    assert client.post("/en/accounts/password/reset/", {"email": alice.email}).status_code == 302
    answer = client.post(
        "/en/accounts/password/reset/confirm/", {"code": smtp.code_for(alice.email)}
    )
    assert answer["Location"] == "/en/accounts/password/reset/complete/"
    new = {"password1": "a new winter", "password2": "a new winter"}
    assert client.post(answer["Location"], new).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("a new winter")
    assert elsewhere.get("/en/accounts/settings/").status_code == 302


def test_a_mail_server_that_is_down_is_said_and_can_be_asked_again(client, smtp, bob):
    smtp.is_refusing = True
    answer = client.post("/en/accounts/login/code/", {"email": bob.email}, follow=True)
    assert answer.status_code == 200
    assert "We could not send you a mail just now" in answer.content.decode()
    assert "code has been sent" not in answer.content.decode()
    smtp.is_refusing = False
    client.post("/en/accounts/login/code/confirm/", {"action": "resend"})
    client.post("/en/accounts/login/code/confirm/", {"code": smtp.code_for(bob.email)})
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_the_mail_address_is_changed_by_a_code_to_the_new_one(client, client_of, smtp, alice):
    browser = client_of(alice)
    form = {"email": "alice@acorn.example", "action_add": ""}
    answer = browser.post("/en/accounts/email/", form)
    assert answer["Location"].startswith("/en/accounts/reauthenticate/")
    answer = browser.post(answer["Location"], {"password": "correct horse"})
    assert answer["Location"] == "/en/accounts/confirm-email/"
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"  # until the code is entered
    browser.post("/en/accounts/confirm-email/", {"code": smtp.code_for("alice@acorn.example")})
    alice.refresh_from_db()
    assert alice.email == "alice@acorn.example"
    assert (
        "alice@acorn.example" in smtp.to("alice@example.org")[-1].get_content()
    )  # the old one is told


def test_an_address_held_by_an_unconfirmed_sign_up_goes_to_its_owner(
    client, client_of, smtp, alice
):
    sign_up(client, "alice@acorn.example")  # somebody who never reads that mail
    browser = client_of(alice)
    answer = browser.post("/en/accounts/email/", {"email": "alice@acorn.example", "action_add": ""})
    smtp.mails.clear()
    cache.clear()  # one mail in ten seconds to one address is the limit
    browser.post(answer["Location"], {"password": "correct horse"})
    browser.post("/en/accounts/confirm-email/", {"code": smtp.code_for("alice@acorn.example")})
    assert Learner.objects.get(email="alice@acorn.example").pk == alice.pk


def test_links_in_mail_name_the_site_whatever_host_was_asked(client, smtp, settings):
    settings.ALLOWED_HOSTS = ["testserver", "evil.example"]
    client.post(
        "/ko/accounts/login/code/", {"email": "who@example.org"}, headers={"host": "evil.example"}
    )
    text = smtp.to("who@example.org")[0].get_content()
    assert "http://testserver/ko/accounts/signup/" in text
    assert "evil" not in text
