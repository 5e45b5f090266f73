"""The desk of those who manage the service windows: posts, who is there now, rosters, changes of shifts."""

from django.urls import include, path

from zhibu.web.windows import guided, guides, now, places, posts, questions, rosters, rotations, sheets, swaps

_POST = "windows/posts/<uuid:post_id>"
_GUIDE = "guides/<uuid:guide_id>"
_ROSTER = "rosters/<uuid:unit>/<str:month>"

urlpatterns = [
    path("windows/posts/", posts.windows, name="windows"),
    path("windows/now/", now.now, name="windows_now"),
    path("windows/posts/new/", posts.new, name="window_post_new"),
    path(f"{_POST}/", posts.post, name="window_post"),
    path(f"{_POST}/edit/", posts.edit, name="window_post_edit"),
    path(f"{_POST}/close/", posts.close, name="window_post_close"),
    path(f"{_POST}/staffing/", posts.staffing, name="window_post_staffing"),
    path(f"{_POST}/seat/", posts.seat, name="window_post_seat"),
    path(f"{_POST}/unseat/<uuid:person>/", posts.unseat, name="window_post_unseat"),
    path("windows/sites/<uuid:site_id>/", places.site, name="window_site"),
    path("windows/sites/<uuid:site_id>/edit/", places.edit_site, name="window_site_edit"),
    path("windows/sections/<uuid:section_id>/", places.section, name="window_section"),
    path("windows/sections/<uuid:section_id>/edit/", places.edit_section, name="window_section_edit"),
    path("rosters/", rosters.rosters, name="rosters"),
    path(f"{_ROSTER}/", rosters.roster, name="roster"),
    path(f"{_ROSTER}/edit/", rosters.edit, name="roster_edit"),
    path(f"{_ROSTER}/fill/", rosters.fill, name="roster_fill"),
    path(f"{_ROSTER}/undo/", rosters.take_back, name="roster_undo"),
    path(f"{_ROSTER}/bring-in/", sheets.bring_in, name="roster_bring_in"),
    path(f"{_ROSTER}.xlsx", sheets.roster_xlsx, name="roster_xlsx"),
    path("rotations/", rotations.rotations, name="rotations"),
    path("rotations/new/", rotations.new, name="rotation_new"),
    path("rotations/<uuid:rotation_id>/", rotations.edit, name="rotation"),
    path("rotations/<uuid:rotation_id>/drop/", rotations.drop, name="rotation_drop"),
    path("swaps/", swaps.swaps, name="swaps"),
    path("swaps/<uuid:swap_id>/", swaps.swap, name="swap"),
    path("guides/", guides.guides, name="guides"),
    path("guides/new/", guides.new, name="guide_new"),
    path("guides/versions/<uuid:version_id>/", guides.version, name="guide_version"),
    path(f"{_GUIDE}/", guides.guide, name="guide"),
    path(f"{_GUIDE}/edit/", guides.edit, name="guide_edit"),
    path(f"{_GUIDE}/hand-over/", guides.hand_over, name="guide_hand_over"),
    path(f"{_GUIDE}/review/", guides.review, name="guide_review"),
    path(f"{_GUIDE}/drop/", guides.drop, name="guide_drop"),
    path(f"{_GUIDE}/look-through/", guides.look_through, name="guide_look_through"),
    path(f"{_GUIDE}/withdraw/", guides.withdraw, name="guide_withdraw"),
    path("questions/", questions.questions, name="questions"),
    path("questions/ask/", questions.ask, name="question_ask"),
    path("questions/<uuid:question_id>/", questions.question, name="question"),
    path("questions/<uuid:question_id>/guide/", questions.make_guide, name="question_guide"),
    path("guided-units/", guided.units, name="guided_units"),
    path("guided-units/new/", guided.new, name="guided_unit_new"),
    path("guided-units/<uuid:guided_id>/edit/", guided.edit, name="guided_unit_edit"),
    path("guided-units/<uuid:guided_id>/end/", guided.end, name="guided_unit_end"),
    path("public/", include("zhibu.web.windows.public.urls")),
]
