"""The ground floor: tenancy, secrets, errors and doors; knows no business nouns."""
