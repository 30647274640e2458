"""Answers of providers, recorded or written, and what each means. One file a family of wires.

A mark says where an answer is from. S: the provider's own document; D: another document; R: source code that was read;
M: measured on the live endpoint by a third party; X: seen in a report of somebody who met it; G: our guess at what a
provider that errs, or lies, may say.
"""
