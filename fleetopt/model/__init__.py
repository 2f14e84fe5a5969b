"""The model: arrays of linear terms become a programme, and a programme a file."""
