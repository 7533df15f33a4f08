"""What every channel keeps, over real HTTP on loopback. A channel joins by its line in `known.py`."""
