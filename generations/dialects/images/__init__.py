"""The wires of the Images API, which answer at once with the picture: `images-official`, `images-vip`, `images-openai`.

They share paths and the shape of their answers, and differ in what they take. `asking` speaks them to providers,
`serving` to our own callers.
"""

GENERATIONS, EDITS, MODELS = "/v1/images/generations", "/v1/images/edits", "/v1/models"

OFFICIAL, VIP, NATIVE = "images-official", "images-vip", "images-openai"
