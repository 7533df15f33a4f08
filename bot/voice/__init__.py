"""Voice messages: listened to in a process of its own, where the extra for it is installed."""
