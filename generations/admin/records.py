"""What was asked for and what became of it: jobs, generations, attempts and assets. Looked at, never changed."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Entry
from generations.admin.figures import dollars
from generations.admin.measures import FAULTS
from generations.admin.refunds import may_refund, refund, refundable
from generations.media import link as link_to
from generations.models import Asset, Attempt, Generation, Job, JobReference, Stage, State
from gptstudio.admin import EMPTY, ById, ReadOnly, link, listed


def short(key: object) -> str:
    return str(key)[:8]


class FaultFilter(admin.ChoicesFieldListFilter):
    """What went wrong, in the words of the usage page."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        return (
            {**each, "display": FAULTS.get(str(each["display"]), each["display"])}
            for each in super().choices(changelist)
        )


class Faulty:
    """A row that may have failed."""

    @admin.display(description=gettext_lazy("fault"), ordering="fault")
    def what_failed(self, row: Generation | Attempt) -> str | Promise:
        return FAULTS[row.fault] if row.fault else EMPTY


class Late:
    """A generation whose picture may have come when it had failed already and its credits were back."""

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, generation: Generation) -> str:
        state = generation.get_state_display()
        is_late = generation.asset_id and generation.state != State.SUCCEEDED
        return _("%(state)s; kept late, at no charge") % {"state": state} if is_late else state


class Stages:
    """An attempt, and with it whether what it brought was paid for."""

    @admin.display(description=gettext_lazy("stage"), ordering="stage")
    def came_to(self, attempt: Attempt) -> str:
        is_late = attempt.stage == Stage.KEPT and attempt.is_lost
        return _("Kept late, at no charge") if is_late else attempt.get_stage_display()


class GenerationInline(Faulty, Late, ReadOnly, admin.TabularInline):
    model = Generation
    fields = ("position", "picture", "stands", "held", "charged", "what_failed", "fault_code", "ended")
    readonly_fields = fields
    show_change_link = True

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, generation: Generation) -> str:
        return preview(generation.asset)


class ReferenceInline(ReadOnly, admin.TabularInline):
    model = JobReference
    fields = ("position", "picture", "kept")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, reference: JobReference) -> str:
        return preview(reference.asset)

    @admin.display(description=gettext_lazy("asset"))
    def kept(self, reference: JobReference) -> str:
        return link("generations_asset", reference.asset_id, reference.asset)


def preview(asset: Asset | None) -> str:
    """A picture's thumbnail, linked to its page."""
    if asset is None:
        return EMPTY
    picture = format_html('<img class="thumb" src="{}" alt="{}" loading="lazy">', link_to(asset, "thumbnail"), asset)
    return link("generations_asset", asset.pk, picture)


@admin.register(Job)
class JobAdmin(ById, ReadOnly, admin.ModelAdmin):
    list_display = ("created", "words", "team", "member", "image_model", "count", "states", "origin")
    list_filter = ("origin", "image_model", "team")
    list_select_related = ("team", "member__user", "image_model")
    search_fields = ("prompt", "member__user__email", "team__name")
    search_help_text = gettext_lazy("An id, words of the prompt, a member's e-mail or a team's name.")
    date_hierarchy = "created"
    ordering = ("-created",)
    inlines = (GenerationInline, ReferenceInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        jobs: QuerySet[Job] = super().get_queryset(request).prefetch_related("generations")
        return jobs

    @admin.display(description=gettext_lazy("prompt"), ordering="prompt")
    def words(self, job: Job) -> str:
        return str(job) or EMPTY

    @admin.display(description=gettext_lazy("generations"))
    def states(self, job: Job) -> str:
        return format_html_join(", ", "{}", ((generation.get_state_display(),) for generation in job.generations.all()))


class AttemptInline(Faulty, Stages, ReadOnly, admin.TabularInline):
    model = Attempt
    fields = ("sent", "provider", "came_to", "what_failed", "status", "price", "is_lost", "upstream_id", "ended")
    readonly_fields = fields
    show_change_link = True

    @admin.display(description=gettext_lazy("cost"))
    def price(self, attempt: Attempt) -> str:
        return dollars(attempt.cost)


@admin.register(Generation)
class GenerationAdmin(Faulty, Late, ById, ReadOnly, admin.ModelAdmin):
    ids = ("pk", "job")
    list_display = (
        "created",
        "picture",
        "of_job",
        "team",
        "asked_by",
        "image_model",
        "stands",
        "held",
        "charged",
        "what_failed",
    )
    list_display_links = ("created",)
    list_filter = ("state", ("fault", FaultFilter), "job__image_model", "job__team")
    list_select_related = ("job__team", "member__user", "job__image_model", "asset")
    search_fields = ("job__prompt", "member__user__email", "fault_code")
    search_help_text = gettext_lazy("An id of a generation or its job, words of the prompt, a member's e-mail.")
    date_hierarchy = "created"
    ordering = ("-created",)
    fields = (
        *("picture", "of_job", "position", "team", "asked_by", "image_model", "stands", "what_failed", "fault_code"),
        *("held", "charged", "ledger", "created", "started", "ended", "cancel_asked", "changed", "due_at"),
    )
    readonly_fields = fields
    inlines = (AttemptInline,)
    change_form_template = "admin/generations/generation/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.refund)
        return [path("<uuid:pk>/refund/", page, name="generations_generation_refund"), *super().get_urls()]

    def refund(self, request: HttpRequest, pk: uuid.UUID) -> Any:
        """Give back what was taken for a picture, or part of it, with a reason."""
        return refund(self, request, pk)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        generation = context.get("original")
        context["may_refund"] = bool(generation and may_refund(request) and refundable(generation.pk))
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, generation: Generation) -> str:
        return preview(generation.asset)

    @admin.display(description=gettext_lazy("job"))
    def of_job(self, generation: Generation) -> str:
        return link("generations_job", generation.job_id, generation.job)

    @admin.display(description=gettext_lazy("team"), ordering="job__team__name")
    def team(self, generation: Generation) -> str:
        return link("accounts_team", generation.job.team_id, generation.job.team)

    @admin.display(description=gettext_lazy("member"), ordering="member")
    def asked_by(self, generation: Generation) -> str:
        return link("accounts_member", generation.member_id, generation.member)

    @admin.display(description=gettext_lazy("image model"), ordering="job__image_model")
    def image_model(self, generation: Generation) -> str:
        return str(generation.job.image_model)

    @admin.display(description=gettext_lazy("entries"))
    def ledger(self, generation: Generation) -> str:
        entries = Entry.objects.filter(generation=generation.pk).order_by("pk")
        lines = (
            (entry.get_kind_display(), link("accounts_entry", entry.pk, f"{entry.amount:+d}")) for entry in entries
        )
        return format_html_join(", ", "{} {}", lines) or EMPTY


@admin.register(Attempt)
class AttemptAdmin(Faulty, Stages, ById, ReadOnly, admin.ModelAdmin):
    ids = ("pk", "generation")
    list_display = (
        *("sent", "provider", "made", "came_to", "what_failed"),
        *("status", "price", "is_lost", "upstream_id", "ended"),
    )
    list_filter = ("stage", ("fault", FaultFilter), "is_lost", "provider")
    list_select_related = ("provider",)
    search_fields = ("upstream_id", "fault_text")
    search_help_text = gettext_lazy("An id of an attempt or its generation, an upstream id, words of the provider.")
    date_hierarchy = "sent"
    fields = (
        *("made", "provider", "route", "came_to", "upstream_name", "upstream_id", "percent"),
        *("what_failed", "status", "fault_text", "price", "is_lost", "checked", "checked_by", "sent", "due_at"),
        *("deadline", "ended", "watch_until", "tries", "stumbles", "result", "answer"),
    )
    readonly_fields = fields

    @admin.display(description=gettext_lazy("generation"))
    def made(self, attempt: Attempt) -> str:
        return link("generations_generation", attempt.generation_id, short(attempt.generation_id))

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def price(self, attempt: Attempt) -> str:
        return dollars(attempt.cost)

    @admin.display(description=gettext_lazy("raw answer"))
    def answer(self, attempt: Attempt) -> str:
        return format_html('<pre class="raw">{}</pre>', attempt.raw) if attempt.raw else EMPTY


@admin.register(Asset)
class AssetAdmin(ById, ReadOnly, admin.ModelAdmin):
    list_display = ("created", "picture", "use", "team", "member", "dimensions", "media_type", "weight", "made")
    list_display_links = ("created",)
    list_filter = ("use", "media_type", "team")
    list_select_related = ("team", "member__user", "generation")
    search_fields = ("sha256__startswith", "name", "member__user__email", "team__name")
    search_help_text = gettext_lazy("An id, the start of a sha256, a name, a member's e-mail or a team's name.")
    date_hierarchy = "created"
    ordering = ("-created",)
    fields = (
        *("picture", "use", "team", "member", "dimensions", "media_type", "weight"),
        *("sha256", "name", "made", "created", "jobs"),
    )
    readonly_fields = fields

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, asset: Asset) -> str:
        return preview(asset)

    @admin.display(description=gettext_lazy("pixels"))
    def dimensions(self, asset: Asset) -> str:
        return f"{asset.width}×{asset.height}"

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def weight(self, asset: Asset) -> str:
        return filesizeformat(asset.size)

    @admin.display(description=gettext_lazy("generation"))
    def made(self, asset: Asset) -> str:
        generation: Model | None = getattr(asset, "generation", None)
        return link("generations_generation", generation and generation.pk, short(generation and generation.pk))

    @admin.display(description=gettext_lazy("used in"))
    def jobs(self, asset: Asset) -> str:
        return listed("generations_job", _("Jobs"), references=asset.pk)
