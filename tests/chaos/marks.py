"""How far a process of the studio has come: it leaves a file, and whoever means to strike it looks for that."""

LOADED, READY = "loaded", "ready"
"""The apps are loaded, so the web can answer; the worker sweeps, and takes up what is due."""
