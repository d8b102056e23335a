"""What happened with a company, a contact or a deal, as one list: each room and each app above brings its own kind."""
