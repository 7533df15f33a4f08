"""Who helps whom: pure policies of the 1+1 pairing. See README.md."""
