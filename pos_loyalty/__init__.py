"""A loyalty module that stands beside any till."""
