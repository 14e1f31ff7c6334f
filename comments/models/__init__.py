from comments.models.attempt import Attempt
from comments.models.bell import Bell
from comments.models.comment import Comment
from comments.models.discussion import Discussion, Thread
from comments.models.mail import Mail, Refusal
from comments.models.moderation import Flag, ModerationAction, Standing
from comments.models.notification import MailChoice, Notification

__all__ = [
    "Attempt",
    "Bell",
    "Comment",
    "Discussion",
    "Flag",
    "Mail",
    "MailChoice",
    "ModerationAction",
    "Notification",
    "Refusal",
    "Standing",
    "Thread",
]
