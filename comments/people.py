"""What this app asks of a learner.

The user model is only known by its setting, so no type can name it here. A
``Person`` has ``pk``, ``email``, ``language``, ``is_active`` and ``get_short_name()``.
"""

from typing import Any, TypeAlias

Person: TypeAlias = Any
