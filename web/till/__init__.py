"""The till screen: what a cashier sees of the register."""
