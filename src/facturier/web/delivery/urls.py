"""Addresses of PDFs, of messages, and of what is sent together."""

from django.urls import path

from facturier.web.delivery import bulk, mailbox, views

urlpatterns = [
    path("documents/<int:pk>/pdf/", views.pdf, name="pdf"),
    path("documents/<int:pk>/send/", views.email_dialog, name="email-dialog"),
    path("documents/send/", bulk.send, name="bulk-send"),
    path("dispatches/<int:pk>/", bulk.dispatch, name="dispatch"),
    path("dispatches/<int:pk>/stop/", bulk.stop, name="dispatch-stop"),
    path("deliveries/<int:pk>/resend/", mailbox.resend, name="delivery-resend"),
    path("deliveries/<int:pk>/arrived/", mailbox.arrived, name="delivery-arrived"),
    path("deliveries/<int:pk>/cancel/", mailbox.cancel, name="delivery-cancel"),
    path("admin/sent-mail/", mailbox.sent_mail, name="sent-mail"),
    path("admin/sent-mail/<int:pk>/", mailbox.message, name="sent-message"),
    path("admin/sent-mail/<int:pk>/files/<int:position>/", mailbox.attachment, name="sent-attachment"),
]
