"""The panels' pages and streams: parse, call a service or a query, render."""
