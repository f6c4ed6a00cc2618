"""The rules of TT 30/2014, by tables that an officer of a Sở can read."""
