"""TT 22/2021: tables of cases that an officer of a Sở can read, and properties."""
