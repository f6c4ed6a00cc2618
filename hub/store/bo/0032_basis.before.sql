-- Which locked year rests on which semester document of another school, and how Bộ last saw that document.

CREATE INDEX document_resting ON document (document_sha256) WHERE position('"basis":['::bytea IN document) > 0;

CREATE TABLE document_basis (
    document_sha256 bytea   NOT NULL, -- that names the basis
    n               integer NOT NULL CHECK (n >= 0), -- in its list
    basis_sha256    bytea   NOT NULL,
    period          text    NOT NULL, -- of the basis, as the document says
    looked          text CHECK (looked IN ('current', 'superseded')), -- as what the basis was last compared; NULL: never
    PRIMARY KEY (document_sha256, n)
);
COMMENT ON TABLE document_basis IS 'Taken from locked documents by the clock of transfers, which compares each with its basis.';
CREATE INDEX document_basis_open ON document_basis (document_sha256)
    WHERE period = 'semester_1' AND looked IS DISTINCT FROM 'superseded';

CREATE FUNCTION refuse_basis_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'looked') IS DISTINCT FROM (to_jsonb(OLD) - 'looked') THEN
        RAISE EXCEPTION 'what a document names never changes' USING ERRCODE = 'HB001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_basis_is_final BEFORE UPDATE ON document_basis FOR EACH ROW EXECUTE FUNCTION refuse_basis_change();
CREATE TRIGGER document_basis_stays BEFORE DELETE ON document_basis FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_basis_is_kept BEFORE TRUNCATE ON document_basis FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
