"""The operator's view of what makes pictures: what is offered, by whom, and what became of it."""
