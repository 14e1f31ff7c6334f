from feedback.models.report import Report
from feedback.models.screenshot import Screenshot
from feedback.models.state import Kind, State
from feedback.models.step import Step

__all__ = ["Kind", "Report", "Screenshot", "State", "Step"]
