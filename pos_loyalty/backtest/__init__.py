"""A programme tried on the shop's own past before it goes live."""
