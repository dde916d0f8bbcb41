"""Addresses of the pages of batches."""

from django.urls import path

from facturier.web.batches import actions, new, views

urlpatterns = [
    path("batches/", views.batch_list, name="batch-list"),
    path("batches/new/", new.new, name="batch-new"),
    path("batches/new/preview/", new.preview, name="batch-preview"),
    path("batches/new/customers/", new.customer_options, name="batch-customers"),
    path("batches/<int:pk>/", views.show, name="batch"),
    path("batches/<int:pk>/progress/", views.progress, name="batch-progress"),
    path("batches/<int:pk>/run/", actions.run, name="batch-run"),
    path("batches/<int:pk>/sending/stop/", actions.stop_sending, name="batch-sending-stop"),
    path("batches/<int:pk>/delete/", actions.delete, name="batch-delete"),
    path("batches/runs/<int:pk>/stop/", actions.stop, name="batch-run-stop"),
    path("batches/runs/<int:pk>/resume/", actions.resume, name="batch-run-resume"),
    path("batches/failures/<int:pk>/retry/", actions.retry, name="batch-failure-retry"),
]
