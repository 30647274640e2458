"""`python -m tests.chaos.asking EMAIL`: hands prompts in as fast as they come, past the forms, and insists on each.

A line of JSON names the prompt and the image model. The prompt is the submission's key too, so however often it is
said again while the database is away, it is one job.
"""

import json
import sys
import time

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402 the apps come first

from accounts.models import Member  # noqa: E402
from generations import intake  # noqa: E402
from generations.brief import Brief  # noqa: E402
from generations.models import ImageModel  # noqa: E402


def main(email: str) -> None:
    member = Member.objects.select_related("team", "user").get(user__email=email)
    models = {model.name: model for model in ImageModel.objects.all()}
    for line in sys.stdin:
        prompt, name = json.loads(line)
        insist(member, models[name], prompt)
        print(prompt, flush=True)


def insist(member: Member, image_model: ImageModel, prompt: str) -> None:
    brief = Brief(prompt, image_model.name).shaped("1:1", "1K")
    while True:
        try:
            intake.submit(member, image_model, brief, [], 1, prompt)
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main(sys.argv[1])
