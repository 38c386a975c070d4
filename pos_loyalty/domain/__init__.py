"""Pure values and functions of loyalty: no I/O, no clock, no logging."""
