"""Benchmarks: prompts with measured quality per LLM, the split rule, metrics and curves."""
