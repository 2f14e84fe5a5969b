"""Tables become a case: the schema, what was read, rules, doubts, scenarios."""
