from feedback.models.report import Kind, Report, State
from feedback.models.screenshot import Screenshot
from feedback.models.step import Step

__all__ = ["Kind", "Report", "Screenshot", "State", "Step"]
