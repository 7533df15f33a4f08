"""The ear: what a message is about before anything is asked of it; a cry, a question, a wish for a human, or talk."""
