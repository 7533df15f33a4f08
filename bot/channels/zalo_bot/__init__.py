"""The channel Zalo Bot (the Bot Platform): private chats with numbered choices, by polling or webhook."""
