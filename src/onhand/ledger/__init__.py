"""The shell round the rules: the only way to write, and the proof that what was written is
right.
"""
