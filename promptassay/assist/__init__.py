"""AI help on a prompt's text: panels that stream into the page, and of which nothing but the count is kept."""
