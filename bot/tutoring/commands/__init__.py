"""What the desk asks of the office: one frozen dataclass a command, a module for each group of subjects."""
