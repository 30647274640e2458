"""PostgreSQL as the studio uses it."""

PREPARED = "/* prepared */ "
"""What SQL begins with that is to be planned once a connection, and then only filled in.

A plan that fits any value costs nothing the next time, and is right only where the values that choose an index stand in
the SQL itself: an index of what is under way is no use to a statement that may be given any state. So nothing else is
prepared, however often it comes.
"""
