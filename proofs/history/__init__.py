"""A history checker: what many clients asked of real servers, and heard, held against a model.

model      one product by the rules, one operation after the other; pure
check      whether a history can be told in such an order (linearizability); pure
line       one HTTP connection, and what an answer means: done, refused, nothing, or unknown
clients    ask at random, and write down what they asked and heard
chaos      kills servers and ends their database sessions meanwhile
run        the proof
unlocked   a server with a bug planted, which the checker has to find
"""
