"""Decides what the demo provider does with a request: a panel, a verdict, a shape, or what the prompt itself says."""

import json

from promptassay.providers.demo.compose import by_form, by_schema
from promptassay.providers.demo.instructions import read_prompt
from promptassay.providers.demo.judge import is_judging, judge
from promptassay.providers.demo.panels import answer_panel, panel_of
from promptassay.providers.wire import CallRequest


def reply(request: CallRequest) -> str:
    """The text of the answer; the same request always gets the same. `demo-large` reads the prompt more closely."""
    if panel_of(request):
        return answer_panel(request)
    if is_judging(request):
        return judge(request)
    large = request.model == "demo-large"
    found = read_prompt(request.messages, json_mode=request.json_mode)
    if request.response_schema is not None:
        value = by_schema(request.response_schema, found, large=large)
        return json.dumps(value, ensure_ascii=False)
    return by_form(found, large=large)
