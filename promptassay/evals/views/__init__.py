"""The pages of suites and runs: parse, call a service or a query, render."""
