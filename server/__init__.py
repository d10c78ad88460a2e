"""Who may ask and change, and when."""
