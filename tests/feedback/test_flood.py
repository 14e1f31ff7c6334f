"""A flood of reports from one address, and the honest reporter beside it."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comments.models import Attempt
from feedback.models import Report
from tests.feedback.conftest import SOIL
from tests.feedback.test_reporting import said

FLOOD, HONEST = "192.0.2.66", "192.0.2.7"


def flood(form: dict[str, str], count: int) -> list[int]:
    """Many reports from one address, each a new one; gives back the answers' states."""
    attacker = Client(REMOTE_ADDR=FLOOD)
    states = []
    for number in range(count):
        sent = {"kind": "text", "words": f"spam {number}", **form, "key": f"{number:032x}"}
        states.append(attacker.post("/en/report/", sent).status_code)
    return states


def test_a_thousand_reports_store_a_handful_and_the_honest_one_gets_through(
    loaded, alice, client_of, open_form, make_report
):
    states = flood(open_form(Client(REMOTE_ADDR=FLOOD)), 300)
    assert states == [302] * 5 + [429] * 295
    assert Report.objects.count() == 5
    assert Attempt.objects.count() == 5

    assert make_report(Client(REMOTE_ADDR=HONEST), words="Honest").words == "Honest"
    neighbour = client_of(alice)  # at the very same address
    neighbour.defaults["REMOTE_ADDR"] = FLOOD
    assert make_report(neighbour, words="A learner").reporter == alice
    assert Client().get(SOIL).status_code == 200


def test_a_refused_report_writes_nothing(loaded, open_form):
    """Readers are not made to wait for a writer who is refused."""
    form = open_form(Client(REMOTE_ADDR=FLOOD))
    flood(form, 5)
    assert flood(form, 1) == [302]  # the key of the first again: it is not counted
    with CaptureQueriesContext(connection) as queries:
        answer = Client(REMOTE_ADDR=FLOOD).post(
            "/en/report/", {"kind": "text", "words": "spam", **form, "key": "f" * 32}
        )
    assert answer.status_code == 429
    assert "That was a lot in a short time." in said(answer)
    assert "spam" in said(answer)  # what was written is still in the form
    assert [
        q["sql"] for q in queries if q["sql"].split()[0] not in ("SELECT", "BEGIN", "ROLLBACK")
    ] == []
