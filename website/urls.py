"""The pages for strangers."""

from django.urls import path

from website import views

urlpatterns = [
    path("", views.home, name="landing"),
    path("pricing/", views.pricing, name="pricing"),
    path("security/", views.security, name="security"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
]
