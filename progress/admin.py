"""What moderators and authors see of learners and their progress."""

from progress import admin_learners  # noqa: F401  (registers itself)
