"""A user's own prompts: read, routed by every chosen router, and what that would save. No page, no store, no file kept.

`source` and `reading` take a file or pasted text apart, `intake` makes `Traffic` of it, `routing` runs the routers over
it, and the rest are pure functions of what the routers said: picks, costs, savings, disagreement, groups, curves.
The Gradio page and the Streamlit view show the same figures.
"""
