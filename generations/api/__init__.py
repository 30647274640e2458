"""What scripts call: the four documented wires, OpenAI's own, and the studio's native one."""
