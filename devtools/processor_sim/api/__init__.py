"""The addresses that the simulator answers, one module a noun."""
