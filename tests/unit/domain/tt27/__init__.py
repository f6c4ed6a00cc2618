"""The rules of TT 27/2020, by tables that an officer of a Sở can read."""
