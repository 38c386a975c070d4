"""The API for POS software: `/api/v1`."""
