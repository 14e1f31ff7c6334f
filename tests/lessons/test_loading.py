"""Loading a tree."""

from lessons.loading import load_content
from lessons.models import Edition, Lesson


def test_load_creates_every_edition_and_a_second_load_changes_nothing(db, tree):
    first = load_content(tree)
    second = load_content(tree)
    assert len(first.created) == 4
    assert (second.created, second.revised, second.moved, second.retired, second.rendered) == ([], [], [], [], 0)
    assert second.unchanged == 4
    assert Lesson.objects.published().count() == 3
    assert Edition.objects.get(path="garden/soil/what-soil-is.ko.md").title == "흙이란"
