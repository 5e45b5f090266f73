"""The forum, below ``/forum/``."""

from django.urls import path

from zhibu.web.member.forum import moderating, rooms, threads, writing

urlpatterns = [
    path("", rooms.forum, name="forum"),
    path("followed/", rooms.followed, name="forum_followed"),
    path("mine/", writing.mine, name="forum_mine"),
    path("mine/delete/", writing.delete_all, name="forum_delete_all"),
    path("mine/<uuid:forum_post_id>/", writing.own, name="forum_own"),
    path("appeals/", moderating.appeals, name="forum_appeals"),
    path("appeals/<uuid:appeal_id>/", moderating.appeal, name="forum_appeal"),
    path("rooms/<slug:room_key>/", rooms.room, name="forum_room"),
    path("rooms/<slug:room_key>/new/", writing.new, name="forum_new"),
    path("rooms/<slug:room_key>/follow/", rooms.follow_room, name="forum_follow_room"),
    path("threads/<uuid:thread_id>/", threads.thread, name="forum_thread"),
    path("threads/<uuid:thread_id>/follow/", threads.follow, name="forum_follow"),
    path("threads/<uuid:thread_id>/read/", threads.confirm, name="forum_confirm"),
    path("threads/<uuid:thread_id>/guide/", threads.make_guide, name="forum_guide"),
    path("threads/<uuid:thread_id>/lock/", moderating.lock, name="forum_lock"),
    path("threads/<uuid:thread_id>/unlock/", moderating.unlock, name="forum_unlock"),
    path("posts/<uuid:forum_post_id>/", threads.post, name="forum_post"),
    path("posts/<uuid:forum_post_id>/edit/", writing.edit, name="forum_edit"),
    path("posts/<uuid:forum_post_id>/withdraw/", writing.withdraw, name="forum_withdraw"),
    path("posts/<uuid:forum_post_id>/delete/", writing.delete, name="forum_delete"),
    path("posts/<uuid:forum_post_id>/accept/", threads.accept, name="forum_accept"),
    path("posts/<uuid:forum_post_id>/hide/", moderating.hide, name="forum_hide"),
    path("posts/<uuid:forum_post_id>/unhide/", moderating.unhide, name="forum_unhide"),
    path("posts/<uuid:forum_post_id>/versions/", moderating.versions, name="forum_versions"),
    path("pictures/<uuid:picture_id>/", threads.picture, name="forum_picture"),
]
