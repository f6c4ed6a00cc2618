"""The rules of TT 58/2011, by tables that an officer of a Sở can read."""
