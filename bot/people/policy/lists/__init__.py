"""A list of people as officers have it: from bytes to sound rows, step by step. Pure. `people_file` is its door."""
