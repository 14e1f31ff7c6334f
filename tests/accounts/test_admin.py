"""Learners in the admin."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.test import Client

from progress.models import Learner

pytestmark = pytest.mark.django_db
LIST = "/admin/progress/learner/"


def test_the_admin_signs_in_where_everybody_does(client, alice, client_of):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/en/accounts/login/?next=%2Fadmin%2F"
    password = {"username": "alice@example.org", "password": "correct horse"}
    assert client.post("/admin/login/", password).status_code == 302
    assert "_auth_user_id" not in client.session
    assert client_of(alice).get("/admin/", follow=True).status_code == 403


def test_the_list_finds_and_costs_the_same_for_many(
    client_of, mod, alice, make_learner, django_assert_num_queries
):
    browser = client_of(mod)
    with django_assert_num_queries(7):
        browser.get(LIST)
    for number in range(20):
        make_learner(f"learner{number}@example.org")
    with django_assert_num_queries(7):
        browser.get(LIST)
    text = browser.get(f"{LIST}?q=alice").content.decode()
    assert "alice@example.org" in text
    assert "learner1@example.org" not in text
    EmailAddress.objects.filter(user=alice).update(verified=False)
    text = browser.get(f"{LIST}?confirmed=no").content.decode()
    assert "alice@example.org" in text
    assert "mod@example.org</a>" not in text
    assert browser.get(f"{LIST}?factors=yes").content.decode().count('class="field-email"') == 0


def test_a_learner_is_added_without_a_password_and_comes_in_by_code(client_of, client, mod, smtp):
    data = {
        "email": "New@example.org",
        "usable_password": "false",
        "password1": "",
        "password2": "",
    }
    assert client_of(mod).post(f"{LIST}add/", data).status_code == 302
    learner = Learner.objects.get(email="new@example.org")
    assert not learner.has_usable_password()
    client.post("/en/accounts/login/code/", {"email": "new@example.org"})
    client.post("/en/accounts/login/code/confirm/", {"code": smtp.code_for("new@example.org")})
    assert client.session["_auth_user_id"] == str(learner.pk)
    assert len(smtp.mails) == 1


def test_one_address_is_one_learner_whatever_its_case(client_of, mod, alice):
    data = {
        "email": "ALICE@example.org",
        "usable_password": "false",
        "password1": "",
        "password2": "",
    }
    assert client_of(mod).post(f"{LIST}add/", data).status_code == 200
    assert Learner.objects.count() == 2


def act(browser: Client, action: str, *learners: Learner):
    data = {"action": action, "_selected_action": [str(learner.pk) for learner in learners]}
    return browser.post(LIST, data, follow=True).content.decode()


def test_closing_an_account_ends_its_sessions_and_can_be_undone(client_of, mod, alice):
    inside = Client()
    inside.post("/en/accounts/login/", {"login": alice.email, "password": "correct horse"})
    browser = client_of(mod)
    assert "1 account closed." in act(browser, "close_accounts", alice, mod)
    assert inside.get("/en/accounts/settings/").status_code == 302
    assert not Session.objects.filter(pk=inside.cookies["sessionid"].value).exists()
    answer = inside.post("/en/accounts/login/", {"login": alice.email, "password": "correct horse"})
    assert answer["Location"] == "/en/accounts/inactive/"
    assert "1 account reopened." in act(browser, "reopen_accounts", alice)
    answer = inside.post("/en/accounts/login/", {"login": alice.email, "password": "correct horse"})
    assert answer["Location"] == "/en/"


def test_the_change_page_shows_and_takes_no_plain_password(client_of, mod, alice):
    browser = client_of(mod)
    text = browser.get(f"{LIST}{alice.pk}/change/").content.decode()
    assert alice.password not in text
    assert 'name="password"' not in text
    assert browser.get(f"{LIST}{alice.pk}/password/").status_code == 200


def test_deleting_in_the_admin_erases_in_every_app(client_of, mod, alice, settings):
    settings.LEARNER_ERASURES = [*settings.LEARNER_ERASURES, "tests.accounts.test_admin.note"]
    noted.clear()
    client_of(mod).post(f"{LIST}{alice.pk}/delete/", {"post": "yes"})
    assert noted == ["alice@example.org"]
    assert not Learner.objects.filter(email="alice@example.org").exists()


noted: list[str] = []


def note(learner: Learner) -> None:
    noted.append(learner.email)


def test_no_secret_is_shown(client_of, mod, alice):
    factor = Authenticator.objects.create(user=alice, type="totp", data={"secret": "JBSWY3DP"})
    text = client_of(mod).get(f"/admin/mfa/authenticator/{factor.pk}/change/").content.decode()
    assert "alice" in text.lower()
    assert "JBSWY3DP" not in text
    names = {model._meta.label for model in admin.site._registry}
    assert not names & {
        "usersessions.UserSession",
        "socialaccount.SocialToken",
        "socialaccount.SocialApp",
    }
