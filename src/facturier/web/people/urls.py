"""Addresses of Admin > People."""

from django.urls import path

from facturier.web.people import views

urlpatterns = [
    path("admin/people/", views.people, name="people"),
    path("admin/people/invite/", views.invite, name="person-invite"),
    path("admin/people/two-step/", views.two_step, name="people-two-step"),
    path("admin/people/<int:pk>/", views.person, name="person"),
    path("admin/people/<int:pk>/hand-over/", views.hand_over, name="person-hand-over"),
    path("admin/people/<int:pk>/remove/", views.remove, name="person-remove"),
    path("admin/people/invitations/<int:pk>/again/", views.send_again, name="invitation-again"),
    path("admin/people/invitations/<int:pk>/revoke/", views.revoke, name="invitation-revoke"),
]
