"""One cell from question to verdict: the model call, the checks, the judge. Touches no database."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from promptassay.core.errors import AppError, ProviderFailure
from promptassay.evals.checks import Check, CheckResult, Observation, ToolCall, run_check
from promptassay.evals.engine.cells import Call, Lease, Result, storable
from promptassay.evals.engine.plan import PlannedCase, RunPlan
from promptassay.evals.judge import (
    JudgeFailure,
    JudgeVerdict,
    judge_messages,
    parse_verdict,
    repair_messages,
    verdict_schema,
)
from promptassay.evals.rubric import Rubric
from promptassay.providers.gateway import Gateway
from promptassay.providers.prices import cost_usd
from promptassay.providers.queries import ModelChoice
from promptassay.providers.references import parse_reference
from promptassay.providers.wire import CallRequest, Completion, Message, ModelSettings, Target, Waiting

# A hostile pattern may take seconds on a long output; the event loop is not the place for that. In characters.
LONG_OUTPUT = 2000
# A provider that is busy is waited for: the gateway's own quick retries first, then these, in seconds.
BUSY = frozenset({"rate_limited", "overloaded"})
BUSY_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0)


@dataclass(frozen=True)
class Targets:
    """The opened keys of a batch of leases: one per model of the run, and the judge's. Errors stand in their place."""

    models: dict[int, Target | AppError]
    judge: Target | AppError | None


class Waits:
    """What the calls of a run wait for: `host`, until when by the event loop's clock (0 for never yet)."""

    def __init__(self) -> None:
        self.until = 0.0
        self.host = ""

    def note(self, host: str, seconds: float) -> None:
        """A call is held back for so many seconds; the longest wait is the one to tell people about."""
        until = asyncio.get_running_loop().time() + seconds
        if until > self.until:
            self.until, self.host = until, host


async def run_cell(
    plan: RunPlan, lease: Lease, targets: Targets, gateway: Gateway, waits: Waits | None = None
) -> Result:
    """Work one cell off. Expected failures become an `error` result; nothing is raised but cancellation.

    Calls that the provider wants to be held back are noted in `waits`.
    """
    waits = waits or Waits()
    case = plan.cases[lease.run_case_id]
    choice = plan.models[lease.model_index]
    result = Result(lease, "done")
    try:
        target = _opened(targets.models[lease.model_index])
        request = plan.versions[lease.version_id].request(choice.model, case.variables)
        completion = await _call(gateway, target, request, choice, "run", result, waits)
        _keep(completion, result)
        await _check(plan.checks + case.checks, completion, case, result)
        if plan.rubric is not None and plan.judge is not None:
            judge = _opened(targets.judge) if targets.judge is not None else Target("demo")
            await _judge(plan.rubric, plan.judge, judge, request, case, gateway, result, waits)
    except AppError as error:
        _fail(result, getattr(error, "kind", error.code.lower()), error)
    return result


def _opened(target: Target | AppError) -> Target:
    if isinstance(target, AppError):
        raise target
    return target


async def _call(
    gateway: Gateway,
    target: Target,
    request: CallRequest,
    choice: ModelChoice,
    purpose: str,
    result: Result,
    waits: Waits,
) -> Completion:
    def held(each: Waiting) -> None:
        if each.seconds is not None:  # a turn among one's own calls is no news
            waits.note(choice.host, each.seconds)

    for wait in (*BUSY_WAITS, None):
        try:
            completion = await gateway.complete(target, request, waiting=held)
        except ProviderFailure as failure:
            if failure.kind in BUSY and wait is not None:
                pause = max(failure.retry_after or 0.0, wait * random.uniform(0.5, 1.0))  # noqa: S311
                waits.note(choice.host, pause)
                await asyncio.sleep(pause)
                continue
            result.calls.append(_count(choice, purpose, failure.kind, target.use_id))
            raise
        result.calls.append(_count(choice, purpose, "ok", target.use_id, completion))
        return completion
    raise AssertionError("unreachable")


def _count(
    choice: ModelChoice, purpose: str, status: str, use_id: UUID | None, completion: Completion | None = None
) -> Call:
    key_id: UUID | None = parse_reference(choice.reference).key_id
    if completion is None:
        return Call(purpose, choice.provider, choice.model, status, key_id, use_id)
    cost = cost_usd(choice.provider, choice.model, completion.usage, base_url=choice.base_url)
    return Call(
        purpose=purpose,
        provider=choice.provider,
        model=choice.model,
        status=status,
        key_id=key_id,
        use_id=use_id,
        input_tokens=completion.usage.input_tokens,
        output_tokens=completion.usage.output_tokens,
        cost_usd=None if cost is None else str(cost),
        first_token_ms=round(completion.first_token_s * 1000),
        total_ms=round(completion.total_s * 1000),
        attempts=completion.attempts,
    )


def _keep(completion: Completion, result: Result) -> None:
    result.output = completion.text or (completion.refusal or "")
    result.finish_reason = completion.finish_reason
    result.tool_calls = [{"name": call.name, "arguments": call.arguments} for call in completion.tool_calls]


async def _check(checks: tuple[Check, ...], completion: Completion, case: PlannedCase, result: Result) -> None:
    if not checks:
        return
    cost = next((call.cost_usd for call in result.calls if call.cost_usd is not None), None)
    observation = Observation(
        text=completion.text,
        tool_calls=tuple(ToolCall(call.name, call.arguments) for call in completion.tool_calls),
        finish_reason=completion.finish_reason,
        refusal=completion.refusal or "",
        latency_ms=completion.total_s * 1000,
        cost_usd=None if cost is None else float(cost),
        variables=case.variables,
        expected=case.expected,
    )
    if len(observation.text) > LONG_OUTPUT:
        outcomes = await asyncio.to_thread(_outcomes, checks, observation)
    else:
        outcomes = _outcomes(checks, observation)
    result.checks = [_shown(check, outcome) for check, outcome in outcomes]
    broken = next((outcome for _, outcome in outcomes if outcome.outcome == "error"), None)
    if broken is not None:
        problem = AppError(
            "A check could not be applied.", why=broken.explanation, next_step="Mend the check or the case."
        )
        _fail(result, "check_error", problem)
        return
    result.passed = all(outcome.passed for _, outcome in outcomes)


def _outcomes(checks: tuple[Check, ...], observation: Observation) -> list[tuple[Check, CheckResult]]:
    return [(check, run_check(check, observation)) for check in checks]


def _shown(check: Check, outcome: CheckResult) -> dict[str, Any]:
    return {
        "kind": check.kind,
        "outcome": outcome.outcome,
        "passed": outcome.passed,
        "explanation": storable(outcome.explanation),
    }


async def _judge(
    rubric: Rubric,
    choice: ModelChoice,
    target: Target,
    request: CallRequest,
    case: PlannedCase,
    gateway: Gateway,
    result: Result,
    waits: Waits,
) -> None:
    if result.status == "error":
        return
    messages = judge_messages(
        rubric,
        output=result.output,
        prompt=[(message.role, message.content) for message in request.messages],
        variables=case.variables,
        expected=case.expected,
    )
    verdict: JudgeVerdict | JudgeFailure = JudgeFailure("")
    for _ in range(2):  # the question, and one repair
        asked = CallRequest(
            model=choice.model,
            messages=tuple(Message(message.role, message.content) for message in messages),
            settings=ModelSettings(temperature=0.0, max_output_tokens=4096),
            response_schema=verdict_schema(rubric),
        )
        answer = await _call(gateway, target, asked, choice, "judge", result, waits)
        verdict = parse_verdict(answer.text, rubric)
        if isinstance(verdict, JudgeVerdict):
            break
        messages = repair_messages(messages, answer.text, verdict, rubric)
    if isinstance(verdict, JudgeFailure):
        problem = AppError(
            "The judge gave no usable verdict.",
            why=verdict.reason,
            next_step="Choose another judge model, or run again.",
        )
        _fail(result, "judge_malformed", problem)
        return
    result.judgement = verdict.to_dict()
    result.score = verdict.score
    result.passed = verdict.passed and result.passed is not False


def _fail(result: Result, kind: str, error: AppError) -> None:
    result.status, result.passed, result.score = "error", None, None
    result.error_kind = kind[:40]
    result.error = {
        "kind": kind,
        "message": storable(error.message),
        "why": storable(error.why),
        "next_step": storable(error.next_step),
    }
