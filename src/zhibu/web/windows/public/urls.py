"""What anybody reads and says without an account."""

from django.urls import path

from zhibu.web.windows.public import feedback, guides, places, questions

urlpatterns = [
    path("", places.start, name="public"),
    path("sites/<uuid:site_id>/", places.site, name="public_site"),
    path("posts/<str:code>/", places.post, name="public_post"),
    path("guides/", guides.guides, name="public_guides"),
    path("guides/<int:number>/", guides.guide, name="public_guide"),
    path("guides/<int:number>/helped/", guides.helped, name="public_guide_helped"),
    path("units/<uuid:guided_id>/", guides.unit, name="public_unit"),
    path("ask/", questions.new, name="public_ask"),
    path("feedback/", feedback.what_changed, name="public_changed"),
    path("feedback/thanks/", feedback.thanks, name="public_feedback_thanks"),
    path("feedback/posts/<str:code>/", feedback.of_post, name="public_feedback_post"),
    path("feedback/sites/<uuid:site_id>/", feedback.of_site, name="public_feedback_site"),
    path("answers/", questions.answer, name="public_answer"),
]
