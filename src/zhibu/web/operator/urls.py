"""The pages of the three administrators."""

from django.urls import path

from zhibu.web.operator import accounts, events, grants, imports

urlpatterns = [
    path("administration/accounts/", accounts.accounts, name="accounts"),
    path("administration/accounts/<uuid:account>/", accounts.account_of, name="account_of"),
    path("administration/accounts/<uuid:account>/code/", accounts.new_code, name="new_code"),
    path("administration/accounts/<uuid:account>/close/", accounts.close, name="close_account"),
    path("administration/accounts/<uuid:account>/phone/end/", accounts.end_phone, name="end_phone"),
    path("administration/accounts/<uuid:account>/roles/", grants.give_grant, name="give_grant"),
    path("administration/roles/", grants.grants, name="grants"),
    path("administration/roles/<uuid:grant>/end/", grants.end_grant, name="end_grant"),
    path("administration/events/", events.events, name="events"),
    path("administration/events/<uuid:event>/", events.event, name="event"),
    path("administration/imports/", imports.imports, name="imports"),
    path("administration/imports/new/", imports.new_import, name="new_import"),
    path("administration/imports/template.xlsx", imports.import_template, name="import_template"),
    path("administration/imports/waiting/<slug:name>/", imports.waiting_import, name="waiting_import"),
    path("administration/imports/waiting/<slug:name>/discard/", imports.discard_import, name="discard_import"),
    path("administration/imports/<uuid:imported>/", imports.import_of, name="import_of"),
    path("administration/imports/<uuid:imported>/undo/", imports.undo_import, name="undo_import"),
]
