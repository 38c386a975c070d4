"""A hub and its tills in one process, in virtual time, with everything going wrong by a seed."""
