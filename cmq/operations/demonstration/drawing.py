"""Pictures of the demonstration's articles: drawn here, so that nobody's photograph is needed."""

import io
import math

from PIL import Image, ImageDraw

SIZE = (1200, 675)
# Name → sky, ground, and what a person who does not see is told.
SCENES: dict[str, tuple[str, str, str]] = {
    "maison": ("#cfe3f7", "#8fb98b", "Une maison au toit rouge, une fenêtre allumée, sous un soleil rond"),
    "camion": ("#f9e2c2", "#8a8f98", "Un camion bleu arrêté sur une place, son auvent ouvert"),
    "atelier": ("#ece7f6", "#a68a6d", "Un établi avec trois outils accrochés au mur"),
    "arbre": ("#dcefe0", "#7d9c5a", "Trois arbres de tailles différentes sur une colline"),
    "salle": ("#fbf1d9", "#b9a48c", "Quatre tables rondes vues de face, deux chaises à chacune"),
    "dossier": ("#e6ebf2", "#9aa5b5", "Une pile de trois dossiers, le premier marqué d’un sceau"),
    "vague": ("#d3ecf3", "#3f83a6", "Des vagues régulières et une éolienne en mer"),
}


def scene(name: str) -> bytes:
    """The picture of a scene, as a PNG."""
    sky, ground, _ = SCENES[name]
    picture = Image.new("RGB", SIZE, sky)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 470, *SIZE), fill=ground)
    _DRAWERS[name](pen)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _house(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((900, 80, 1040, 220), fill="#f7c948")
    pen.rectangle((380, 300, 780, 560), fill="#fdf6e3")
    pen.polygon([(340, 300), (580, 130), (820, 300)], fill="#b5432e")
    pen.rectangle((540, 420, 630, 560), fill="#5b3a29")
    pen.rectangle((430, 350, 510, 430), fill="#ffe08a")


def _truck(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((280, 250, 760, 500), fill="#2f5fa8")
    pen.polygon([(760, 320), (880, 320), (930, 410), (930, 500), (760, 500)], fill="#24497f")
    pen.polygon([(330, 290), (700, 290), (740, 210), (290, 210)], fill="#f2f2f2")
    for left in (360, 780):
        pen.ellipse((left, 450, left + 100, 550), fill="#2b2b2b")


def _workshop(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((200, 430, 1000, 480), fill="#6e4f36")
    for left in (260, 900):
        pen.rectangle((left, 480, left + 40, 620), fill="#6e4f36")
    for number, left in enumerate((380, 580, 780)):
        pen.rectangle((left, 180, left + 24, 340), fill="#8b5a2b")
        pen.rectangle((left - 40, 160 - 10 * number, left + 64, 200), fill="#59636e")


def _trees(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((-100, 400, 1300, 900), fill="#6f8f4e")
    for left, top, size in ((240, 220, 180), (520, 140, 240), (860, 260, 150)):
        pen.rectangle((left + size // 2 - 14, top + size, left + size // 2 + 14, top + size + 140), fill="#6b4a2f")
        pen.ellipse((left, top, left + size, top + size), fill="#3f6f3a")


def _tables(pen: ImageDraw.ImageDraw) -> None:
    for left in (120, 400, 680, 960):
        pen.ellipse((left, 400, left + 160, 450), fill="#7a5230")
        pen.rectangle((left + 72, 430, left + 88, 560), fill="#7a5230")
        for side in (-50, 170):
            pen.rectangle((left + side, 440, left + side + 40, 560), fill="#b5432e")


def _files(pen: ImageDraw.ImageDraw) -> None:
    for number, colour in enumerate(("#c9a36b", "#b58e55", "#d8b981")):
        pen.rectangle((340 + 20 * number, 430 - 90 * number, 860 + 20 * number, 520 - 90 * number), fill=colour)
    pen.ellipse((780, 270, 860, 350), fill="#a33b3b")


def _waves(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((836, 150, 852, 480), fill="#fafafa")
    for turn in range(3):
        angle = math.radians(90 + 120 * turn)
        pen.line((844, 150, 844 + 150 * math.cos(angle), 150 - 150 * math.sin(angle)), fill="#fafafa", width=14)
    for row in range(5):
        points = [(x, 500 + 36 * row + 12 * math.sin(x / 40 + row)) for x in range(0, 1201, 20)]
        pen.line(points, fill="#a9d3e3", width=6)


_DRAWERS = {
    "maison": _house,
    "camion": _truck,
    "atelier": _workshop,
    "arbre": _trees,
    "salle": _tables,
    "dossier": _files,
    "vague": _waves,
}
