"""HTTP: requests become commands, answers become JSON. Nothing is decided or stored here."""
