"""The register itself: its health, its events, its jobs, what it does not know."""

from collections import Counter
from collections.abc import Callable

from flask import Response, request

from pos_loyalty import commands
from pos_loyalty.answers import Done
from pos_loyalty.errors import Reason
from pos_loyalty.node.jobs import spoken
from pos_loyalty.node.receipts import job_view
from web.access import Device
from web.api.answers import Health, JobList, UnknownArticle, UnknownArticleList
from web.api.document import description
from web.api.forms import JobForm
from web.api.operation import Call, NoForm, Operation, api, operation
from web.problems import reader_locale
from web.services import Services
from web.streams import telling

EVENT_STREAM = "text/event-stream"


@api.get("/health")
@operation(Operation(id="showHealth", tag="register", answer=Health))
def show_health(call: Call[NoForm]) -> Health:
    """Say that the register is there, and how long its queues are."""
    found = call.services
    own = found.node.settings
    states = Counter(f"{job.kind}_{job.state}" for job in found.queries.jobs())
    jobs = {f"jobs_{name}": count for name, count in states.items() if not name.endswith("done")}
    return Health(
        node=own.node.hex(),
        version=found.settings.version,
        store=own.store,
        till=own.till,
        queues={**jobs, **found.hooks.queues()},
        streams=found.streams.count,
    )


@api.get("/openapi.json")
@operation(Operation(id="showDescription", tag="register", answer=None))
def show_description(call: Call[NoForm]) -> Response:
    """Give this description of the API (OpenAPI 3.1)."""
    return Response(description(), mimetype="application/json")


@api.get("/events")
@operation(Operation(id="streamEvents", tag="register", answer=None))
def stream_events(call: Call[NoForm]) -> Response:
    """Follow what happens at the register (server-sent events), replayed after `Last-Event-ID`."""
    assert call.device is not None
    blocks = call.services.streams.follow(
        call.device.name,
        request.headers.get("Last-Event-ID", ""),
        welcome=_still_known(call.services, call.device),
        tell=telling(reader_locale()),
    )
    return Response(blocks, mimetype=EVENT_STREAM)


def _still_known(found: Services, device: Device) -> Callable[[], bool]:
    return lambda: device in found.tokens.devices() or found.sessions.lasts(device.digest)


@api.get("/jobs")
@operation(Operation(id="listJobs", tag="register", answer=JobList))
def list_jobs(call: Call[NoForm]) -> JobList:
    """List print and mail jobs, those still open first."""
    locale, rows = reader_locale(), call.services.queries.jobs()
    return JobList(jobs=tuple(spoken(job_view(row), locale) for row in rows))


@api.post("/jobs/<job>/answer")
@operation(
    Operation(
        id="resumeJob",
        tag="register",
        form=JobForm,
        answer=Done,
        writes=True,
        reasons=(Reason.JOB_UNKNOWN,),
    )
)
def resume_job(call: Call[JobForm], job: str) -> Done:
    """Answer for a job that asks: repeat it, or give it up."""
    answer: Done = call.execute(commands.ResumeJob, job=job, again=call.form.again)
    return answer


@api.get("/articles/unknown")
@operation(Operation(id="listUnknownArticles", tag="register", answer=UnknownArticleList))
def list_unknown_articles(call: Call[NoForm]) -> UnknownArticleList:
    """List articles seen on tickets that the article file lacks, the most frequent first."""
    rows = call.services.queries.unknown_articles()
    return UnknownArticleList(
        articles=tuple(
            UnknownArticle(code=code, label=label, tickets=tickets, day=day)
            for code, label, tickets, day in rows
        )
    )
