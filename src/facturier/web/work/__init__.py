"""Pages of work: what is unbilled, time, tickets, expenses, jobs and imports."""
