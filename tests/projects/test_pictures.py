"""Pictures: drawn anew without metadata, described and credited, refused when they are something else."""

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image, PngImagePlugin

from cmq.campuses.models import Campus
from cmq.core import pictures
from cmq.core.errors import NotAllowed, Refusal
from cmq.projects import actions, rules
from cmq.projects.actions import ProjectTerms, SentPicture
from cmq.projects.models import Project, ProjectPicture
from tests.factories import a_campus, a_director

pytestmark = pytest.mark.django_db
SECRET = "Ici demeure le secret"


def a_png(width: int = 120, height: int = 80, **fields: Any) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET)
    written = io.BytesIO()
    Image.new(fields.pop("mode", "RGB"), (width, height), "teal").save(written, "PNG", pnginfo=info)
    return written.getvalue()


def a_jpeg(width: int = 120, height: int = 80) -> bytes:
    exif = Image.Exif()
    # Orientation: on its side. Then who took it.
    exif[0x0112], exif[0x013B] = 6, SECRET
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "JPEG", exif=exif, comment=SECRET.encode())
    return written.getvalue()


def sent(content: bytes, name: str = "photo.png", **fields: str) -> SentPicture:
    return SentPicture(
        name,
        ContentFile(content),
        len(content),
        fields.get("credit", "Lycée fictif"),
        fields.get("alternative", "Un rectangle bleu-vert"),
    )


@pytest.fixture
def campus() -> Campus:
    return a_campus()


@pytest.fixture
def project(campus: Campus) -> Project:
    return actions.enter_project(campus, terms=ProjectTerms("Maison", "Montrer."), by=None)


@pytest.mark.parametrize(("name", "content", "size"), [("a.png", a_png(), (120, 80)), ("a.JPG", a_jpeg(), (80, 120))])
def test_what_is_kept_is_the_picture_alone(
    project: Project, campus: Campus, name: str, content: bytes, size: tuple[int, int]
) -> None:
    assert SECRET.encode() in content
    picture = actions.add_picture(project, picture=sent(content, name), by=a_director(campus))
    with picture.file.open("rb") as kept:
        data = kept.read()
    assert SECRET.encode() not in data
    image = Image.open(io.BytesIO(data))
    assert image.size == size == (picture.width, picture.height)
    assert not image.getexif() and not image.info.get("comment")
    assert name not in picture.file.name


def test_a_large_picture_is_made_smaller_and_a_clear_one_stays_clear() -> None:
    content = a_png(3200, 100, mode="RGBA")
    clean = pictures.cleaned("a.png", ContentFile(content), size=len(content))
    assert (clean.width, clean.height) == (1600, 50)
    assert Image.open(clean.content).mode == "RGBA"


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "a.png", "vide"),
        (b"<svg onload=alert(1)>", "a.png", "n’est pas ce que son nom dit"),
        (b"%PDF-1.7\n%%EOF\n", "a.pdf", "n’est pas une image"),
        (a_png()[:60], "a.png", "abîmée"),
        (a_png(10, 10), "a.png", "trop petite"),
        (a_png(), "a.svg", "joignez"),
    ],
)
def test_what_is_no_picture_is_refused(project: Project, content: bytes, name: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        actions.add_picture(project, picture=sent(content, name), by=None)
    assert not ProjectPicture.objects.exists()


def test_a_picture_too_large_to_be_opened_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    with pytest.raises(Refusal, match="trop de points"):
        actions.add_picture(project, picture=sent(a_png()), by=None)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"credit": " "}, "de qui"),
        ({"alternative": ""}, "Décrivez"),
        ({"credit": "x" * 151}, "150"),
        ({"alternative": "x" * 301}, "300"),
    ],
)
def test_a_picture_is_credited_and_described(project: Project, fields: dict[str, str], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        actions.add_picture(project, picture=sent(a_png(), **fields), by=None)


def test_so_many_pictures_and_no_more(
    project: Project, campus: Campus, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(rules, "MOST_PICTURES", 1)
    picture = actions.add_picture(project, picture=sent(a_png()), by=None)
    with pytest.raises(Refusal, match="1 images au plus"):
        actions.add_picture(project, picture=sent(a_png()), by=None)
    with pytest.raises(NotAllowed):
        actions.remove_picture(picture, by=a_director(a_campus()))
    storage, name = picture.file.storage, picture.file.name
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_picture(picture, by=a_director(campus))
    assert not storage.exists(name) and not project.pictures.exists()
