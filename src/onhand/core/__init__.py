"""The rules of stock: pure functions and immutable values, standard library only.

Nothing here reads a clock, a file, a network or a database. `decide` takes commands, a snapshot of
the stock they touch and the moment, and returns everything there is to write.
"""
