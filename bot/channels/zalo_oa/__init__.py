"""A Zalo Official Account over OpenAPI v3: written to by consultation messages, posted to by a signed webhook."""
