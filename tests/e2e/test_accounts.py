"""The account in a real Chromium: passkeys, without script, what stays after signing out."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect

from progress.models import Learner
from tests.e2e.conftest import axe_violations


@pytest.fixture
def home(site: str, settings) -> str:
    """The site at "localhost": browsers allow passkeys over plain http only there."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    settings.SITE_URL = site.replace("127.0.0.1", "localhost")
    return settings.SITE_URL


def sign_in(page: Page, home: str, learner: Learner, language: str = "en") -> None:
    page.goto(f"{home}/{language}/accounts/login/")
    page.fill("[name=login]", learner.email)
    page.fill("[name=password]", "correct horse")
    page.click(".account-form button")


def sign_out(page: Page) -> None:
    page.click(".account-menu summary")
    page.click(".account-menu button")
    page.wait_for_url("**/en/")


def prove(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Is it you?")
    page.fill("[name=password]", "correct horse")
    page.click(".account-form button")


def add_authenticator(page: Page) -> None:
    """A device of its own in this browser, whose owner is always there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def cookies(context: BrowserContext) -> set[str]:
    return {cookie["name"] for cookie in context.cookies()}


def test_a_passkey_is_added_and_signs_in_alone(home, page, alice, smtp):
    add_authenticator(page)
    sign_in(page, home, alice)
    page.goto(f"{home}/en/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Add a key").click()
    prove(page)
    page.fill("[name=name]", "My laptop")
    expect(page.locator("[name=passwordless]")).to_be_checked()
    page.click("#mfa_webauthn_add")
    expect(page.locator("h1")).to_have_text("Recovery codes")
    assert page.locator(".account-codes li").count() == 10
    page.goto(f"{home}/en/accounts/2fa/webauthn/")
    expect(page.locator(".account-list strong")).to_have_text("My laptop")
    sign_out(page)

    page.goto(f"{home}/en/accounts/login/?next=/en/stream/")
    page.click("#passkey_login")
    page.wait_for_url("**/en/stream/")
    expect(page.locator(".account-name")).to_have_text("Alice")
    assert smtp.to(alice.email)[0]["Subject"] == "Security Key Added"


def test_a_key_is_the_second_step_after_the_password(home, page, alice, smtp):
    add_authenticator(page)
    sign_in(page, home, alice)
    page.goto(f"{home}/en/accounts/2fa/webauthn/add/")
    prove(page)
    page.uncheck("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    expect(page.locator("h1")).to_have_text("Recovery codes")
    code = page.locator(".account-codes code").first.inner_text()
    sign_out(page)

    sign_in(page, home, alice)
    expect(page.locator("h1")).to_have_text("Two-step sign-in")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/en/")
    expect(page.locator(".account-name")).to_have_text("Alice")
    sign_out(page)

    sign_in(page, home, alice)
    page.fill("[name=code]", code)  # the key is lost
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/en/")
    expect(page.locator(".account-name")).to_have_text("Alice")


def test_a_passkey_that_fails_is_said_on_the_page(home, page):
    page.goto(f"{home}/en/accounts/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')); }")
    expect(page.locator("[data-passkey-error]")).to_be_hidden()
    page.click("#passkey_login")
    expect(page.locator("[data-passkey-error]")).to_be_visible()


def test_signing_out_leaves_no_session_and_no_page_to_go_back_to(home, page, alice):
    page.goto(f"{home}/en/")
    page.evaluate("localStorage.setItem('theme', 'dark')")
    sign_in(page, home, alice)
    page.wait_for_url("**/en/")
    assert "sessionid" in cookies(page.context)
    page.goto(f"{home}/en/stream/")
    expect(page.locator(".account-name")).to_have_text("Alice")
    sign_out(page)
    assert cookies(page.context) == set()
    page.go_back()
    page.wait_for_url("**/en/stream/")
    expect(page.locator(".account-name")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('theme')") == "dark"


def test_an_account_lives_and_ends_without_script(home, open_context, smtp):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{home}/en/stream/")
    page.get_by_role("link", name="Sign in").click()
    expect(page.locator("#passkey_login")).to_be_hidden()
    page.get_by_role("link", name="Sign up").click()
    page.fill("[name=email]", "carol@example.org")
    page.fill("[name=password1]", "acorns in winter")
    page.click(".account-form button")
    page.fill("[name=code]", smtp.code_for("carol@example.org"))
    page.click(".account-form button")
    page.wait_for_url("**/en/stream/")

    page.click(".account-menu summary")
    page.get_by_role("link", name="Settings").click()
    page.fill("[name=display_name]", "Carol")
    page.select_option("[name=language]", "ko")
    page.click(".account-form button")
    page.wait_for_url("**/ko/accounts/settings/")
    expect(page.locator(".account-name")).to_have_text("Carol")
    with page.expect_download() as download:
        page.click("[href='/ko/accounts/export/']")
    assert re.fullmatch(r"dotori-\d{4}-\d\d-\d\d\.json", download.value.suggested_filename)

    page.goto(f"{home}/en/accounts/delete/")
    page.fill("[name=password]", "acorns in winter")
    page.click(".account-form button")
    page.fill("[name=email]", "carol@example.org")
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.locator("h1")).to_have_text("Your account is deleted")
    assert cookies(page.context) == set()
    assert not Learner.objects.exists()


PUBLIC = ["login", "signup", "login/code", "password/reset"]
PRIVATE = [
    "settings", "email", "password/change", "2fa", "2fa/webauthn", "sessions", "logout", "reauthenticate",
    "delete", "2fa/totp/activate", "2fa/webauthn/add",
]  # fmt: skip


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ko", "dark")])
def test_axe_finds_nothing_on_the_pages_of_an_account(home, open_context, alice, language, theme):
    page = open_context(color_scheme=theme, viewport={"width": 320, "height": 800}).new_page()

    def look(name: str) -> None:
        page.goto(f"{home}/{language}/accounts/{name}/")
        assert axe_violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name

    for name in PUBLIC:
        look(name)
    page.fill("[name=email]", "who@example.org")
    page.click(".account-form button")
    assert axe_violations(page) == [], "the code"
    cache.clear()
    sign_in(page, home, alice, language)
    page.wait_for_url(f"**/{language}/")
    page.click(".account-menu summary")
    assert axe_violations(page) == [], "the menu"
    page.goto(f"{home}/{language}/accounts/2fa/totp/activate/")
    page.fill("[name=password]", "correct horse")
    page.click(".account-form button")
    for name in PRIVATE:
        look(name)
