-- Which slips a school issued is asked by school.

CREATE INDEX inbox_slip ON inbox (school) WHERE kind = 'SlipIssue';
