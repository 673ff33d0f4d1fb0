"""The licensing office: terms, book, queue, and the flow of goods that licensing allows."""
