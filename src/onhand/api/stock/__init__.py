"""Stock over HTTP: commands, levels, reservations, movements and the lists of what is low."""
