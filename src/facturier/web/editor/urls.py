"""Addresses of one document."""

from django.urls import path

from facturier.web.editor import actions, copies, crediting, edit, show

urlpatterns = [
    path("documents/new/", edit.new, name="document-new"),
    path("documents/new-pro-forma/", edit.new_pro_forma, name="pro-forma-new"),
    path("documents/<int:pk>/", show.show, name="document"),
    path("documents/<int:pk>/edit/", edit.edit, name="document-edit"),
    path("documents/<int:pk>/save/", edit.save, name="document-save"),
    path("documents/<int:pk>/finalise/", actions.finalise, name="document-finalise"),
    path("documents/<int:pk>/delete/", actions.delete, name="document-delete"),
    path("documents/<int:pk>/close/", actions.close, name="document-close"),
    path("documents/<int:pk>/reopen/", actions.reopen, name="document-reopen"),
    path("documents/<int:pk>/credit/", crediting.credit, name="document-credit"),
    path("documents/<int:pk>/credits/", crediting.change, name="credit-edit"),
    path("documents/<int:pk>/reissue/", crediting.reissue, name="document-reissue"),
    path("documents/<int:pk>/duplicate/", copies.duplicate, name="document-duplicate"),
    path("documents/<int:pk>/number/", copies.number, name="document-number"),
    path("documents/<int:pk>/convert/", copies.convert, name="document-convert"),
]
