"""The desk of those who oversee, and what everybody may see of the house: figures, tree, names."""

from django.urls import path

from zhibu.web.supervision import (
    figures,
    gaps,
    obligations,
    organizations,
    people,
    records,
    rules,
    structure,
    terms,
    what_if,
)

_OBLIGATION = "obligations/<uuid:organization>/<str:rule>/<str:first>/"

urlpatterns = [
    path("figures/", figures.figures, name="figures"),
    path("figures.xlsx", figures.figures_xlsx, name="figures_xlsx"),
    path("figures/<str:id>/", figures.figure, name="figure"),
    path("figures/<str:id>.xlsx", figures.figure_xlsx, name="figure_xlsx"),
    path("structure/", structure.structure, name="structure"),
    path("structure.xlsx", structure.structure_xlsx, name="structure_xlsx"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations/<uuid:id>/", organizations.organization, name="organization"),
    path("records/", records.records, name="records"),
    path("records.xlsx", records.records_xlsx, name="records_xlsx"),
    path("records/<uuid:meeting_id>/", records.filed_record, name="filed_record"),
    path("records/<uuid:meeting_id>/comments/<uuid:comment_id>/settle/", records.settle, name="comment_settle"),
    path("records/<uuid:meeting_id>/comments/<uuid:comment_id>/reopen/", records.reopen, name="comment_reopen"),
    path("records/<uuid:meeting_id>/comments/<uuid:comment_id>/withdraw/", records.withdraw, name="comment_withdraw"),
    path("obligations/", gaps.obligations, name="obligations"),
    path("obligations.xlsx", gaps.obligations_xlsx, name="obligations_xlsx"),
    path("obligations/<uuid:organization>/", gaps.owed_below, name="owed_below"),
    path(f"{_OBLIGATION}", obligations.obligation, name="obligation"),
    path(f"{_OBLIGATION}explain/", obligations.explain, name="obligation_explain"),
    path(f"{_OBLIGATION}withdraw/", obligations.withdraw, name="obligation_withdraw"),
    path(f"{_OBLIGATION}answer/", obligations.answer, name="obligation_answer"),
    path("rules/", rules.rules, name="rules"),
    path("rules.xlsx", rules.rules_xlsx, name="rules_xlsx"),
    path("rules/what-if/", what_if.try_out, name="what_if"),
    path("rules/what-if.xlsx", what_if.try_out_xlsx, name="what_if_xlsx"),
    path("rules/<str:rule>/<str:version>/confirm/", rules.confirm, name="confirm_rule"),
    path("rules/confirmations/<uuid:confirmation>/take-back/", rules.take_back, name="take_back_rule"),
    path("terms/", terms.terms, name="terms"),
    path("terms.xlsx", terms.terms_xlsx, name="terms_xlsx"),
    path("search/", people.search, name="search"),
    path("people/<uuid:id>/", people.person, name="person"),
    path("people/<uuid:id>.xlsx", people.person_xlsx, name="person_xlsx"),
    path("people/<uuid:id>.json", people.person_json, name="person_json"),
]
