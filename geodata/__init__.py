"""What is known about the ground, and what follows from it."""
