"""What the reading pages accept."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lessons.search import LAST_PAGE


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Search"), max_length=100, required=False, strip=True)
    page = forms.IntegerField(min_value=1, max_value=LAST_PAGE, required=False)

    def clean_page(self) -> int:
        return self.cleaned_data["page"] or 1
