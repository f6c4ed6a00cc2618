"""Dữ liệu tổng hợp: provinces, schools, officials, pupils and transcripts that do not exist, with faults on demand.

Everything follows from a seed and a time that come in; only keys are random. Door:

    population = Population(seed, pupil_count=2000, school_year="2025-2026", at=at)
    credentials = population.credentials(pki)
    for entry in population.register_entries(pki, credentials): ...   # sign and publish
    for shipment in population.shipments(credentials, population.plan()): ...   # send and compare
"""

from hub.local.population.class_summaries import SUMMARY_FAULTS, ClassSummaries, PlantedSummaryRow, SummaryFault
from hub.local.population.credentials import Credentials
from hub.local.population.disk import MARKER, marker_of, read_shipments
from hub.local.population.fault import (
    CommandFault,
    DocumentDraft,
    DocumentFault,
    Expected,
    Fault,
    Planted,
    Record,
    RecordFault,
)
from hub.local.population.faults import FAULTS
from hub.local.population.officials import Official, Signer
from hub.local.population.places import PLACES
from hub.local.population.plan import NO_FAULTS, Plan
from hub.local.population.planting import Shipment
from hub.local.population.population import Population
from hub.local.population.records import record_of
from hub.local.population.rule_faults import RULE_FAULTS, RuleFault
from hub.local.population.schools import Level, SchoolClass, SyntheticSchool
from hub.local.population.signed import Keyring, SignedDocument, SignedSubmission, sign_chain, sign_statement
from hub.local.population.submissions import ClassSubmission
from hub.local.population.workbooks import ROW_FAULTS, PlantedRow, RowFault, Workbooks

__all__ = [
    "FAULTS",
    "MARKER",
    "NO_FAULTS",
    "PLACES",
    "ROW_FAULTS",
    "RULE_FAULTS",
    "SUMMARY_FAULTS",
    "ClassSubmission",
    "ClassSummaries",
    "CommandFault",
    "Credentials",
    "DocumentDraft",
    "DocumentFault",
    "Expected",
    "Fault",
    "Keyring",
    "Level",
    "Official",
    "Plan",
    "Planted",
    "PlantedRow",
    "PlantedSummaryRow",
    "Population",
    "Record",
    "RecordFault",
    "RowFault",
    "RuleFault",
    "SchoolClass",
    "Shipment",
    "SignedDocument",
    "SignedSubmission",
    "Signer",
    "SummaryFault",
    "SyntheticSchool",
    "Workbooks",
    "marker_of",
    "read_shipments",
    "record_of",
    "sign_chain",
    "sign_statement",
]
