"""How cells look: merges, diagonal borders, colours, formats, comments, hidden rows and columns.

Read from the file a second time, and only when somebody asks: most forms are known and need none of it.
"""
