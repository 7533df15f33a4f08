"""The version of the program, for whoever looks at a machine from afar; pyproject.toml says the same."""

VERSION = "0.1.0"
