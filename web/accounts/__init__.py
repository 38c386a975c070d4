"""Who works with the pages: signing in and out, and what each role may open."""
