"""The manager panel: pages over the register's queries, for people who are signed in."""
