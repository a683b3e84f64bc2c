"""A believable programme made up from a seed: the women, what happens to them in a year, and the forms that tell it.

Everything here is plain values in and out; ``server.services.demo`` carries it to the server on the phones' own way.
"""
