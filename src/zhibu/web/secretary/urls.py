"""Where a secretary works."""

from django.urls import path

from zhibu.web.secretary import (
    ballots,
    campaigns,
    codes,
    elections,
    honors,
    lists,
    make_ups,
    month,
    packs,
    pioneers,
    plans,
    rooms,
    selections,
    talks,
    units,
    wrap_ups,
)

_BALLOT = "ballots/<uuid:ballot_id>/"
_CAMPAIGN = "campaigns/<uuid:campaign_id>/"
_AT = f"{_CAMPAIGN}at/<uuid:organization>/"
_SELECTION = "selections/<uuid:selection_id>/"
_NOMINEE = f"{_SELECTION}candidates/<uuid:candidate_id>/"
_MAKE_UP = "meetings/<uuid:meeting_id>/make-ups/<uuid:make_up_id>/"

urlpatterns = [
    path("month/", month.this_month, name="this_month"),
    path("plan/", plans.plan, name="plan"),
    path("plan/ask/", plans.ask, name="plan_ask"),
    path("plan/election/", elections.election, name="plan_election"),
    path("plans/<uuid:plan_id>/again/", plans.again, name="plan_again"),
    path("plans/<uuid:plan_id>/accept/", plans.accept, name="plan_accept"),
    path("plans/<uuid:plan_id>/give-up/", plans.give_up, name="plan_give_up"),
    path("plan-sessions/<uuid:planned>/", plans.session, name="plan_session"),
    path("plan-sessions/<uuid:planned>/pin/", plans.pin, name="plan_pin"),
    path("plan-sessions/<uuid:planned>/move/", plans.move, name="plan_move"),
    path("honors/new/", honors.new, name="honor_new"),
    path("honors/<uuid:honor_id>/correct/", honors.correct, name="honor_correct"),
    path("honors/<uuid:honor_id>/withdraw/", honors.withdraw, name="honor_withdraw"),
    path("pioneer-posts/new/", pioneers.new, name="pioneer_new"),
    path("pioneer-posts/criteria/", pioneers.criteria, name="pioneer_criteria"),
    path("pioneer-posts/<uuid:pioneer_id>/end/", pioneers.end, name="pioneer_end"),
    path("ballots/new/", ballots.new, name="ballot_new"),
    path(f"{_BALLOT}begin/", ballots.begin, name="ballot_begin"),
    path(f"{_BALLOT}withdraw/", ballots.withdraw, name="ballot_withdraw"),
    path(f"{_BALLOT}give-up/", ballots.give_up, name="ballot_give_up"),
    path(f"{_BALLOT}options/<uuid:option_id>/leave/", ballots.leave, name="ballot_leave"),
    *[
        path(f"{_BALLOT}paper.{form}", ballots.ballot_paper, {"form": form}, name=f"ballot_paper_{form}")
        for form in ("docx", "pdf")
    ],
    path("selections/new/", selections.new, name="selection_new"),
    path(f"{_SELECTION}review/", selections.end_nominations, name="selection_review"),
    path(f"{_NOMINEE}", selections.review, name="candidate_review"),
    path(f"{_NOMINEE}recuse/", selections.recuse, name="candidate_recuse"),
    path(f"{_SELECTION}notice/", selections.give_notice, name="selection_notice"),
    path(f"{_SELECTION}objections/<uuid:objection_id>/", selections.objection, name="objection"),
    path(f"{_SELECTION}vote/", selections.open_vote, name="selection_vote"),
    path(f"{_SELECTION}count/", selections.count, name="selection_count"),
    path(f"{_SELECTION}close/", selections.close, name="selection_close"),
    path(f"{_SELECTION}call-off/", selections.call_off, name="selection_call_off"),
    *(
        path(f"{_SELECTION}volume.{form}", selections.volume, {"form": form}, name=f"selection_{form}")
        for form in selections.FORMS
    ),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms/new/", rooms.edit, name="room_new"),
    path("rooms/<uuid:room>/", rooms.edit, name="room_edit"),
    path("rooms/<uuid:room>/close/", rooms.close, name="room_close"),
    path("talks/", talks.talks, name="talks"),
    path("talks/<uuid:talk>/withdraw/", talks.withdraw, name="withdraw_talk"),
    path("lists/write/", lists.lists_edit, name="lists_edit"),
    path("lists/write/sections/new/", lists.section_new, name="section_new"),
    path("lists/write/sections/<uuid:section>/", lists.section_edit, name="section_edit"),
    path("lists/write/sections/<uuid:section>/drop/", lists.section_drop, name="section_drop"),
    path("lists/write/sections/<uuid:section>/articles/new/", lists.article_new, name="article_new"),
    path("lists/write/articles/<uuid:article>/", lists.article_edit, name="article_edit"),
    path("lists/write/articles/<uuid:article>/repeal/", lists.article_repeal, name="article_repeal"),
    path("lists/write/articles/<uuid:article>/take-back/", lists.article_take_back, name="article_take_back"),
    path("compendium/new/", lists.edition_new, name="edition_new"),
    path("compendium/<uuid:edition>/readers/", lists.edition_readers, name="edition_readers"),
    path("meetings/<uuid:meeting_id>/campaigns/", campaigns.of_meeting, name="meeting_campaigns"),
    path(_AT, campaigns.work, name="campaign_work"),
    path(f"{_AT}parts/new/", campaigns.new_part, name="part_new"),
    path(f"{_CAMPAIGN}parts/<uuid:part_id>/", campaigns.edit_part, name="part_edit"),
    path(f"{_CAMPAIGN}parts/<uuid:part_id>/remove/", campaigns.remove_part, name="part_remove"),
    path(f"{_CAMPAIGN}files/<uuid:material_id>/remove/", campaigns.remove_file, name="campaign_file_remove"),
    path(f"{_AT}parts/<uuid:part_id>/link/", campaigns.link_meeting, name="part_link"),
    path(f"{_AT}parts/<uuid:part_id>/unlink/", campaigns.unlink_meeting, name="part_unlink"),
    path(f"{_AT}wrap-up/", wrap_ups.wrap_up, name="wrap_up"),
    path(f"{_AT}wrap-up/file/", wrap_ups.file, name="wrap_up_file"),
    *[
        path(f"{_AT}wrap-up.{form}", wrap_ups.wrap_up_paper, {"form": form}, name=f"wrap_up_{form}")
        for form in wrap_ups.FORMS
    ],
    path("meetings/<uuid:meeting_id>/make-ups/", make_ups.make_ups, name="make_ups"),
    path("meetings/<uuid:meeting_id>/make-ups/units/", make_ups.lesson_units, name="lesson_units"),
    path(f"{_MAKE_UP}refuse/", make_ups.make_up_refuse, name="make_up_refuse"),
    path(f"{_MAKE_UP}undo/", make_ups.make_up_undo, name="make_up_undo"),
    path("meetings/<uuid:meeting_id>/pack.zip", packs.lesson_pack, name="lesson_pack"),
    path("learn/write/<uuid:unit_id>/pack.zip", packs.unit_pack, name="unit_pack"),
    path("learn/packs/", packs.packs, name="packs"),
    path("learn/packs/<uuid:pack_id>/undo/", packs.pack_undo, name="pack_undo"),
    path("learn/write/", units.units_edit, name="units_edit"),
    path("learn/write/new/", units.unit_new, name="unit_new"),
    path("learn/write/pasted/", units.pasted, name="unit_pasted"),
    path("learn/write/<uuid:unit_id>/", units.unit_edit, name="unit_edit"),
    path("learn/write/<uuid:unit_id>/files/", units.unit_attach, name="unit_attach"),
    path("learn/write/<uuid:unit_id>/files/<uuid:file_id>/remove/", units.unit_detach, name="unit_detach"),
    path("learn/write/<uuid:unit_id>/publish/", units.unit_publish, name="unit_publish"),
    path("learn/write/<uuid:unit_id>/withdraw/", units.unit_withdraw, name="unit_withdraw"),
    path("learn/write/<uuid:unit_id>/drop/", units.unit_drop, name="unit_drop"),
    path("codes/", codes.codes, name="codes"),
    path("codes/no-unit/", codes.choose, name="codes_of_no_unit"),
    path("codes/no-unit/sheet/", codes.sheet, name="code_sheet_no_unit"),
    path("codes/<uuid:organization>/", codes.choose, name="codes_of"),
    path("codes/<uuid:organization>/sheet/", codes.sheet, name="code_sheet"),
]
