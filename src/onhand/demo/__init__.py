"""A shop made up from a seed, in the measured shape of a real one."""
