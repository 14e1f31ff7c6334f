"""What moderators and authors see of learners and their progress."""

from progress import admin_learners, admin_quests  # noqa: F401  (register themselves)
