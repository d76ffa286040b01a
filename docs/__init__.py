"""The guide, and what draws the parts of it that are made from the code."""
