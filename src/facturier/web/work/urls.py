"""Addresses of the pages of work."""

from django.urls import path

from facturier.web.work import entries, imports, lists, tickets

urlpatterns = [
    path("work/", lists.unbilled, name="work"),
    path("work/time/", lists.time_list, name="time-list"),
    path("work/time/new/", entries.time_new, name="time-new"),
    path("work/time/<int:pk>/", entries.time_edit, name="time-edit"),
    path("work/time/<int:pk>/delete/", entries.time_delete, name="time-delete"),
    path("work/tickets/", lists.ticket_list, name="ticket-list"),
    path("work/tickets/new/", tickets.new, name="ticket-new"),
    path("work/tickets/<int:pk>/", tickets.show, name="ticket"),
    path("work/tickets/<int:pk>/edit/", tickets.edit, name="ticket-edit"),
    path("work/tickets/<int:pk>/status/", tickets.set_status, name="ticket-status"),
    path("work/expenses/", lists.expense_list, name="expense-list"),
    path("work/expenses/new/", entries.expense_new, name="expense-new"),
    path("work/expenses/<int:pk>/", entries.expense_edit, name="expense-edit"),
    path("work/expenses/<int:pk>/delete/", entries.expense_delete, name="expense-delete"),
    path("work/jobs/", lists.job_list, name="job-list"),
    path("work/imports/", lists.import_list, name="import-list"),
    path("work/import/", imports.upload, name="time-import"),
    path("work/import/<int:pk>/", imports.check, name="time-import-check"),
    path("work/import/<int:pk>/drop/", imports.drop, name="time-import-drop"),
    path("work/belonging/", entries.belonging, name="work-belonging"),
]
