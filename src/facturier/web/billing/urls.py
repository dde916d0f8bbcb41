"""The Billing page and the list of documents."""

from django.urls import path

from facturier.web.billing import bulk, exporting, keeping, views

urlpatterns = [
    path("", views.billing, name="billing"),
    path("documents/", views.document_list, name="document-list"),
    path("documents/customers/", views.customer_options, name="document-customers"),
    path("documents/batches/", views.batch_options, name="document-batches"),
    path("documents/finalise/", bulk.finalise, name="documents-finalise"),
    path("documents/close/", bulk.close, name="documents-close"),
    path("documents/views/", keeping.save, name="view-save"),
    path("documents/views/<int:pk>/rename/", keeping.rename, name="view-rename"),
    path("documents/views/<int:pk>/delete/", keeping.delete, name="view-delete"),
    path("documents/columns/", keeping.choose_columns, name="document-columns"),
    path("documents.csv", exporting.as_csv, name="documents-csv"),
    path("documents.xlsx", exporting.as_xlsx, name="documents-xlsx"),
]
