"""Pages around the official account. Where the platform itself calls is ``door``."""

from django.urls import path

from zhibu.web.official_account import articles, phones

urlpatterns = [
    path("account/wechat/", phones.bound_phone, name="bound_phone"),
    path("account/wechat/end/", phones.end_bound_phone, name="end_bound_phone"),
    path("account/wechat/here/", phones.bind_here, name="bind_here"),
    path("account/wechat/back/", phones.bound_here, name="bound_here"),
    path("public/articles/", articles.public_articles, name="public_articles"),
    path("public/articles/<uuid:article>/", articles.public_article, name="public_article"),
]
