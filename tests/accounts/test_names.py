"""Display names."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from progress.accounts_names import clean_display_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Alice", "Alice"), ("  박  지민 ", "박 지민"), ("김\u1112\u1161\u11ab", "김한"), ("", ""), (" \u3000 ", ""),
        ("José O’Neil-7", "José O’Neil-7"), ("👩‍👩‍👧 family", "👩‍👩‍👧 family"), ("🌰", "🌰"),
        ("נועה", "נועה"), ("میم‌پیروز", "میم‌پیروز"), ("a" * 40, "a" * 40), ("Modest Mouse", "Modest Mouse"),
        ("도토리묵", "도토리묵"), ("Learner’s luck", "Learner’s luck"),
    ],
)  # fmt: skip
def test_a_name_is_kept_in_one_form(given, kept):
    assert clean_display_name(given) == kept


@pytest.mark.parametrize(
    "name",
    [
        "a" * 41, "a\u202eb", "\u2066x\u2069", "a\u200bb", "tab\x07", "\u3164", "\u2800", "\u115f\u1160", "\ufe0f",
        "\u200d", "---", "a\u0301\u0301\u0301\u0301", "me@example.org", "http://x.example", "www.x.example",
        "\ufeffadmin", "\ue000", "\x00",
    ],
)  # fmt: skip
def test_a_name_that_hides_or_advertises_is_refused(name):
    with pytest.raises(ValidationError):
        clean_display_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Admin", "ADMINISTRATOR", "a.d.m.i.n", "аdmin", "adm1n", "Ａｄｍｉｎ", "Àdmin", "admin 2", "Moderator Kim", "mod",
        "관리자", "관 리 자", "운영자입니다", "Dotori", "도토리", "Dotori Team", "D0tori admin", "도토리 팀",
        "도토리 운영팀", "Learner 7", "learner7", "Learner ７", "학습자 12", "deleted learner", "Staff", "Support",
        "ad\u200cmin",
    ],
)  # fmt: skip
def test_a_name_that_passes_for_the_sites_people_is_refused(name):
    with pytest.raises(ValidationError):
        clean_display_name(name)


def test_staff_may_call_themselves_what_they_are():
    assert clean_display_name("Moderator Kim", is_staff=True) == "Moderator Kim"


@given(st.text())
def test_a_kept_name_is_stable_short_and_on_one_line(text):
    try:
        name = clean_display_name(text)
    except ValidationError:
        return
    assert clean_display_name(name) == name
    assert len(name) <= 40
    assert name == "" or name.splitlines() == [name]
    assert not any(
        character in name for character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
