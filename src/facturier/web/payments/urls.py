"""Addresses of payments."""

from django.urls import path

from facturier.web.payments import bulk, customers, documents, views

urlpatterns = [
    path("payments/", views.payment_list, name="payment-list"),
    path("payments.csv", views.as_csv, name="payments-csv"),
    path("payments.xlsx", views.as_xlsx, name="payments-xlsx"),
    path("payments/<int:pk>/", views.show, name="payment"),
    path("payments/<int:pk>/delete/", documents.delete, name="payment-delete"),
    path("payments/shares/<int:pk>/take-off/", documents.take_off, name="payment-take-off"),
    path("documents/pay/", bulk.pay, name="documents-pay"),
    path("documents/<int:pk>/pay/", documents.pay, name="document-pay"),
    path("documents/<int:pk>/refund/", documents.refund, name="document-refund"),
    path("documents/<int:pk>/set-against/", documents.set_against, name="document-set-against"),
    path("customers/<int:pk>/pay/", customers.pay, name="customer-pay"),
    path("customers/<int:pk>/use-credit/", customers.use_credit, name="customer-use-credit"),
    path("customers/<int:pk>/refund-credit/", customers.refund_credit, name="customer-refund-credit"),
]
