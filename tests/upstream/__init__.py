"""A scripted upstream: the four providers' documents and OpenAI's own endpoint, on real sockets, failing as asked."""
