"""The Billing page and the list of documents."""

from django.urls import path

from facturier.web.billing import bulk, exporting, views

urlpatterns = [
    path("", views.billing, name="billing"),
    path("documents/", views.document_list, name="document-list"),
    path("documents/customers/", views.customer_options, name="document-customers"),
    path("documents/batches/", views.batch_options, name="document-batches"),
    path("documents/finalise/", bulk.finalise, name="documents-finalise"),
    path("documents/close/", bulk.close, name="documents-close"),
    path("documents.csv", exporting.as_csv, name="documents-csv"),
    path("documents.xlsx", exporting.as_xlsx, name="documents-xlsx"),
]
