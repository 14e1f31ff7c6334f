"""What the forms of progress may say."""

from datetime import UTC, datetime, timedelta

from django import forms

from progress.history import EntryQuerySet
from progress.models import Entry


class StateForm(forms.Form):
    """The buttons of a lesson: done, or taken back."""

    done = forms.TypedChoiceField(
        choices=[("1", "1"), ("0", "0")], coerce=lambda value: value == "1"
    )


class OlderForm(forms.Form):
    """A place in a history, as its page writes it: microseconds and number of the last entry shown."""

    before = forms.RegexField(r"^[0-9]{1,17}-[0-9]{1,18}$", required=False)

    def page(self, entries: EntryQuerySet, size: int) -> tuple[list[Entry], str]:
        """The entries of this page, newest first, and the ``before`` of the next; "" at the end."""
        before = self.cleaned_data["before"] if self.is_valid() else ""
        if before:
            at, _, pk = before.partition("-")
            entries = entries.older_than(_EPOCH + timedelta(microseconds=int(at)), int(pk))
        rows = list(entries.newest_first()[: size + 1])
        last = rows[size - 1] if len(rows) > size else None
        return rows[:size], f"{_microseconds(last.at)}-{last.pk}" if last else ""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


class SinceForm(forms.Form):
    """From when on changes are shown, in seconds since 1970."""

    since = forms.IntegerField(min_value=0, max_value=253_402_214_400)
