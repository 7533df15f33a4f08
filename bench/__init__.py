"""Yardsticks: what an update costs, how fast it is answered and what a `kill -9` loses, ours beside its peers."""
