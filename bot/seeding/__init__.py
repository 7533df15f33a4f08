"""A made-up world: people who never were, who live for months with the real tutor, and copies of them."""
