-- Which transfer brought a document to a school of this Sở: a year's transcript may rest on it.

CREATE INDEX transfer_notice_documents ON transfer_notice USING gin (documents) WHERE school = receiving;
