"""The preview: a lesson as a phone, beside it the state and the reasons. For those who write lessons."""
