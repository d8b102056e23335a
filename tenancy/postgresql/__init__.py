"""Django's PostgreSQL backend, told that our primary keys have two columns."""
