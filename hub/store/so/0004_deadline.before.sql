-- Which round a command is about, so that what was refused can be counted for it. NULL: its statement does not read.

ALTER TABLE inbox ADD COLUMN school_year text, ADD COLUMN cohort text, ADD COLUMN round_number integer;
