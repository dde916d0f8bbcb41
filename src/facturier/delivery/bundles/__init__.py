"""Several documents as one file: chosen, ordered, written in the background, taken within a day."""
