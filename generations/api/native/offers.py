"""The image models that a key may use, with what they can do and what they cost."""

from django.utils.translation import gettext_noop as _
from ninja import Router

from accounts.models import Scope
from generations.api.native import telling, told
from generations.api.native.documenting import answers, documented
from generations.api.native.entering import Bearer, CallRequest
from generations.api.native.wishing import capabilities_of
from generations.models import ImageModel

router = Router(tags=[_("Image models")])


@router.get(
    "/models",
    auth=Bearer(Scope.READ),
    response=answers(200, told.ImageModels),
    summary=_("List image models"),
    description=_("Those that this key may use today, with what they can do and what a picture costs."),
    openapi_extra=documented("models", Scope.READ),
)
def list_models(request: CallRequest) -> told.ImageModels:
    """The image models on offer."""
    offered = ImageModel.objects.offered().order_by("position", "name").prefetch_related("prices")
    mine = [each for each in offered if request.auth.may_use(each.name)]
    return told.ImageModels(data=[telling.image_model(each, capabilities_of(each)) for each in mine])
