"""The pages of suites and runs, inside a workspace."""

from django.urls import path

from promptassay.evals.views import cases, checks, keep, replacements, results, runs, suites

app_name = "evals"

SUITE = "suites/<uuid:suite_id>/"
CASE = f"{SUITE}cases/<uuid:case_id>/"
RUN = "runs/<uuid:run_id>/"

urlpatterns = [
    path("suites/", suites.suite_list, name="suite-list"),
    path("suites/new/", suites.suite_create, name="suite-create"),
    path("suites/of/<uuid:prompt_id>/", suites.suite_panel, name="suite-panel"),
    path("suites/of/<uuid:prompt_id>/cases/", keep.case_values, name="case-values"),
    path("suites/of/<uuid:prompt_id>/keep/", keep.case_keep, name="case-keep"),
    path("suites/of/<uuid:prompt_id>/replacement/", replacements.replacement_show, name="replacement-show"),
    path(SUITE, suites.suite_show, name="suite-show"),
    path(f"{SUITE}settings/", suites.suite_change, name="suite-change"),
    path(f"{SUITE}archive/", suites.suite_archive, name="suite-archive"),
    path(f"{SUITE}restore/", suites.suite_restore, name="suite-restore"),
    path(f"{SUITE}delete/", suites.suite_delete, name="suite-delete"),
    path(f"{SUITE}cases/", cases.case_save, name="case-save"),
    path(f"{SUITE}cases/import/", cases.case_import, name="case-import"),
    path(f"{SUITE}cases.csv", cases.case_export, name="case-export"),
    path(f"{SUITE}checks/new/", checks.suite_check_create, name="check-create"),
    path(f"{SUITE}checks/<int:place>/", checks.suite_check_change, name="check-change"),
    path(f"{SUITE}checks/<int:place>/delete/", checks.suite_check_delete, name="check-delete"),
    path(f"{SUITE}rubric/", checks.rubric_save, name="rubric-save"),
    path(CASE, cases.case_show, name="case-show"),
    path(f"{CASE}values/", keep.case_fill, name="case-fill"),
    path(f"{CASE}checks/new/", checks.case_check_create, name="case-check-create"),
    path(f"{CASE}checks/<int:place>/", checks.case_check_change, name="case-check-change"),
    path(f"{CASE}checks/<int:place>/delete/", checks.case_check_delete, name="case-check-delete"),
    path(f"{SUITE}run/", runs.run_create, name="run-create"),
    path("runs/", runs.run_list, name="run-list"),
    path(RUN, results.run_show, name="run-show"),
    path(f"{RUN}cancel/", runs.run_cancel, name="run-cancel"),
    path(f"{RUN}delete/", runs.run_delete, name="run-delete"),
    path(f"{RUN}events/", runs.run_events, name="run-events"),
    path(f"{RUN}results.csv", results.run_export, name="run-export"),
    path(f"{RUN}cells/<uuid:cell_id>/", results.run_cell, name="run-cell"),
]
