"""How an office works: terms, book, queue, office, and the flow that licences leave."""
