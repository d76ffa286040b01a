"""Documents driven through their life cycles while servers are killed: each step is taken once.

papers   what clients do with each kind of document, and what they know of it
desk     who takes which step next, twice at once here and there, and what was heard of it
run      servers, kills, and what was heard held against the documents' histories
"""
