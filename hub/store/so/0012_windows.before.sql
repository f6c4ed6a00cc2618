-- The scheduler asks each second how often the closing of a window was answered.
CREATE INDEX inbox_window ON inbox (school) WHERE kind = 'WindowClosed';
