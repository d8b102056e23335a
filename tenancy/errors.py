"""What can go wrong at the fence. Each is a fault in our code, except Conflict."""


class NoAccount(RuntimeError):
    """An account's data was asked for while no account was active."""


class NestedAccount(RuntimeError):
    """One account was activated inside another. Nothing may work in two accounts at once."""


class WrongAccount(RuntimeError):
    """A row of one account was about to be saved in another."""


class Conflict(Exception):
    """Somebody else changed the record since it was read. Nothing was stored."""
