"""Addresses of PDFs, of messages, and of what is sent together."""

from django.urls import path

from facturier.web.delivery import bulk, bundles, mailbox, views

urlpatterns = [
    path("documents/<int:pk>/pdf/", views.pdf, name="pdf"),
    path("documents/<int:pk>/send/", views.email_dialog, name="email-dialog"),
    path("documents/send/", bulk.send, name="bulk-send"),
    path("documents/pdf/", bundles.of_selected, name="bundle-selected"),
    path("documents/pdf/matching/", bundles.of_matching, name="bundle-matching"),
    path("batches/<int:pk>/pdf/", bundles.of_batch, name="bundle-batch"),
    path("bundles/<int:pk>/", bundles.show_bundle, name="bundle"),
    path("bundles/<int:pk>/download/", bundles.download, name="bundle-download"),
    path("bundles/<int:pk>/stop/", bundles.stop, name="bundle-stop"),
    path("bundles/<int:pk>/again/", bundles.again, name="bundle-again"),
    path("dispatches/<int:pk>/", bulk.dispatch, name="dispatch"),
    path("dispatches/<int:pk>/stop/", bulk.stop, name="dispatch-stop"),
    path("deliveries/<int:pk>/resend/", mailbox.resend, name="delivery-resend"),
    path("deliveries/<int:pk>/arrived/", mailbox.arrived, name="delivery-arrived"),
    path("deliveries/<int:pk>/cancel/", mailbox.cancel, name="delivery-cancel"),
    path("admin/sent-mail/", mailbox.sent_mail, name="sent-mail"),
    path("admin/sent-mail/<int:pk>/", mailbox.message, name="sent-message"),
    path("admin/sent-mail/<int:pk>/files/<int:position>/", mailbox.attachment, name="sent-attachment"),
]
