"""Books: where inputs come from and results go to. No book knows a solver."""
