"""Evidence files: made in memory, checked by both verifiers."""
