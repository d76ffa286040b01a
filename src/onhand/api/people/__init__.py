"""People over HTTP: users, signing in, and who is signed in."""
