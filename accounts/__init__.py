"""Users, accounts, members, the door and the Admin area."""
