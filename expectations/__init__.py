"""What figures must satisfy: declared rules, the Great Expectations suites made from them, and verdicts."""
