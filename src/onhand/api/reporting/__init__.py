"""Reports over HTTP: what happened by day, what the stock is worth, how good the book was."""
