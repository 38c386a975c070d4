"""The customer display: what the person before the counter sees, and may answer."""
