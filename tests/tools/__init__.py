"""The visitor's own tools: what speaks for the visitor, and what takes our parts away."""
