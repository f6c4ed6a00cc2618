"""The demonstration: a synthetic population walks the whole journey, faults included, and the balance is drawn."""

from hub.local.demo.balance import Balance, draw_balance
from hub.local.demo.provinces import ProvincesStory, grade_problems, play_provinces, province_problems
from hub.local.demo.story import Story, play

__all__ = [
    "Balance",
    "ProvincesStory",
    "Story",
    "draw_balance",
    "grade_problems",
    "play",
    "play_provinces",
    "province_problems",
]
