"""Lỗi theo quy định: for each rule a document alone can break, an edit that makes a correct document break it."""

from collections.abc import Sequence

from hub.local.population.rule_faults.form import FORM_FAULTS
from hub.local.population.rule_faults.former import FORMER_FAULTS
from hub.local.population.rule_faults.frame import FRAME_FAULTS
from hub.local.population.rule_faults.placing import faulty_value, levels_of
from hub.local.population.rule_faults.primary import PRIMARY_FAULTS
from hub.local.population.rule_faults.rule_fault import RuleFault
from hub.local.population.rule_faults.secondary import SECONDARY_FAULTS
from hub.local.population.rule_faults.shape import SHAPE_FAULTS

__all__ = ["RULE_FAULTS", "RuleFault", "faulty_value", "levels_of"]

RULE_FAULTS: Sequence[RuleFault] = (
    *SHAPE_FAULTS,
    *FORM_FAULTS,
    *PRIMARY_FAULTS,
    *SECONDARY_FAULTS,
    *FORMER_FAULTS,
    *FRAME_FAULTS,
)
