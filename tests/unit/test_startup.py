"""A command waits only for the libraries it uses: which modules are there once a verb has answered."""
