"""Mẫu học bạ: what a transcript says, in the words, order and figures of the circulars' form, for people to read.

Used by whatever shows a transcript (sheets, pages); nothing here judges. No official form was at hand: names of blocks
and columns are [assumed] from TT 27/2020, TT 22/2021, TT 58/2011 as they are told.
"""

from hub.domain.form.making import form_of
from hub.domain.form.shape import Block, Form, Line, Table
from hub.domain.form.values import date_text, mark_text

__all__ = ["Block", "Form", "Line", "Table", "date_text", "form_of", "mark_text"]
