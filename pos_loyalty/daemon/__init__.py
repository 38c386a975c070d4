"""The composition root: the only room that knows everyone. Builds, starts, stops in reverse."""
