"""What a member has for themself."""

from django.urls import path

from zhibu.web.member import record

urlpatterns = [
    path("me/", record.my_record, name="my_record"),
    path("me/looks/", record.my_looks, name="my_looks"),
    path("me.xlsx", record.my_record_xlsx, name="my_record_xlsx"),
    path("me.json", record.my_record_json, name="my_record_json"),
]
