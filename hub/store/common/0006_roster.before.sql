-- Rosters are many entries of one kind: found by school and year, and left out where the register is read whole.

CREATE INDEX register_entry_roster ON register_entry ((payload ->> 'school_year'), (payload ->> 'school')) WHERE kind = 'roster';
CREATE INDEX register_entry_core ON register_entry (so, version) WHERE kind <> 'roster';
