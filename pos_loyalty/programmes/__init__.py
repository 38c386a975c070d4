"""A programme as a document: its sections, its faults, and the values they become."""
