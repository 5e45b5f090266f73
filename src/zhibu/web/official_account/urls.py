"""Pages around the official account. Where the platform itself calls is ``door``."""

from django.urls import path

from zhibu.web.official_account import articles, menus, phones, writing

_ARTICLE = "articles/<uuid:written>"

urlpatterns = [
    path("articles/", writing.articles, name="account_articles"),
    path("articles/new/", writing.new, name="account_article_new"),
    path(f"{_ARTICLE}/", writing.article, name="account_article"),
    path(f"{_ARTICLE}/edit/", writing.edit, name="account_article_edit"),
    path(f"{_ARTICLE}/hand-in/", writing.hand_in, name="account_article_hand_in"),
    path(f"{_ARTICLE}/review/", writing.review, name="account_article_review"),
    path(f"{_ARTICLE}/drop/", writing.drop, name="account_article_drop"),
    path(f"{_ARTICLE}/correct/", writing.correct, name="account_article_correct"),
    path(f"{_ARTICLE}/withdraw/", writing.withdraw, name="account_article_withdraw"),
    path(f"{_ARTICLE}/hand-over/", writing.hand_over, name="account_article_hand_over"),
    path("account/wechat/", phones.bound_phone, name="bound_phone"),
    path("account/wechat/end/", phones.end_bound_phone, name="end_bound_phone"),
    path("account/wechat/here/", phones.bind_here, name="bind_here"),
    path("account/wechat/back/", phones.bound_here, name="bound_here"),
    path("administration/account-menus/", menus.account_menus, name="account_menus"),
    path("administration/account-menus/<str:audience>/", menus.edit, name="account_menu_edit"),
    path("administration/account-menus/<str:audience>/take-back/", menus.take_back, name="account_menu_take_back"),
    path("public/articles/", articles.public_articles, name="public_articles"),
    path("public/articles/<uuid:article>/", articles.public_article, name="public_article"),
]
