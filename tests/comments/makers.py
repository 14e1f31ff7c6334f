"""Comments for tests."""

import uuid
from collections.abc import Callable

from comments.models import Comment
from lessons.models import Lesson


def make_comment(
    *, author, text: str = "Good question!", lesson: str = "soil-is", parent=None, key=None
) -> Comment:
    """Write a comment, as the view does it."""
    return Comment.post(
        lesson=Lesson.objects.get(pk=lesson),
        author=author,
        text=text,
        key=key or uuid.uuid4(),
        parent=parent,
    )


Maker = Callable[..., Comment]
