"""A node: executes commands, receives facts, rebuilds; the same at a till and at HQ."""
