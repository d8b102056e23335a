"""When people are not at work: time off, holidays, and the working time that they are taken from."""
