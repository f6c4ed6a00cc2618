"""Answers of this connector: workbooks beside the files, as every reader of files writes them."""

from hub.connectors.answer_sheets import RowsBeside

__all__ = ["RowsBeside"]
