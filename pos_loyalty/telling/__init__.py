"""A programme in plain words: what each key is called, its rules in sentences, what changes."""
