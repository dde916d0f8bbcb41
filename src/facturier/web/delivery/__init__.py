"""Pages of delivery: the PDF, the e-mail dialog, bulk sending, and what was sent."""
