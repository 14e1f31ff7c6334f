from comments.models.attempt import Attempt
from comments.models.mail import Mail, Refusal

__all__ = ["Attempt", "Mail", "Refusal"]
