-- Links of one Sở count in the order in which the Sở sent them; whole seconds of append time do not tell that.

ALTER TABLE identity_link ADD COLUMN record_offset bigint; -- place in the Sở's locked topic; NULL: taken in before this column
COMMENT ON TABLE identity_link IS 'Of one former identifier the latest row counts, by place for one Sở, by time between several; "separate" ends the link.';
