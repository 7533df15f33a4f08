"""Certificates: what a learner has finished, on paper that shows others only what she allows."""
