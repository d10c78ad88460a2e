"""nginx before the server: the configuration that hands out tiles from the folder."""
