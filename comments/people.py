"""What this app asks of a learner. The user model itself is only known by its setting."""

from typing import Any, Protocol


class Person(Protocol):
    """Somebody with an account."""

    pk: Any
    email: str
    language: str

    def get_short_name(self) -> str: ...
