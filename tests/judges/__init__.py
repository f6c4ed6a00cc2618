"""Judges that nobody here wrote: poppler's pdfsig, pyHanko, veraPDF, the EU's DSS library."""
