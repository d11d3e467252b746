"""Reading a table of no known form: find it, understand its header, and tell what cannot be told.

``headers`` finds the header rows, ``body`` the records under them, ``lexis`` what a header text may mean,
``evidence`` what the values say, ``mapping`` weighs both for all columns at once, ``table`` puts it together.
"""
