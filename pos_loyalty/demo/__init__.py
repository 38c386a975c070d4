"""The demo: a register and a hub as they are, and virtual peers on real transports around them."""
