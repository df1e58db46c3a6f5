"""Pictures that campuses sent, as they are shown."""

from django.http import Http404, HttpResponse

from cmq.projects.models import ProjectPicture


def shown(picture: ProjectPicture) -> HttpResponse:
    """The picture itself, of the type that we wrote, where nothing can run. Raises Http404."""
    try:
        content = picture.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    with content:
        answer = HttpResponse(content.read(), content_type=picture.media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
