"""Addresses of the pages of customers and contracts."""

from django.urls import path

from facturier.web.customers import contracts, views

urlpatterns = [
    path("customers/", views.customer_list, name="customer-list"),
    path("customers/choices/", views.choices, name="customer-choices"),
    path("customers/new/", views.new, name="customer-new"),
    path("customers/contact/", views.contact_row, name="customer-contact"),
    path("customers/<int:pk>/", views.show, name="customer"),
    path("customers/<int:pk>/edit/", views.edit, name="customer-edit"),
    path("customers/<int:customer_pk>/contracts/new/", contracts.new, name="contract-new"),
    path("contracts/<int:pk>/", contracts.edit, name="contract-edit"),
]
