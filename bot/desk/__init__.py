"""The desk: pages for officers, editors and admins, on the same services as the chat and the command line."""
