"""Draw `docs/trust.md` from what the measuring commands wrote in `docs/trust/`: `python tools/trust.py [--check]`."""

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER, PAGE = ROOT / "docs" / "trust", ROOT / "docs" / "trust.md"
FAULTS = ROOT / "tests" / "faults"
# A month has so many hours; what a processor costs in one, its operator knows: nobody publishes one price for all.
PRICES = (10, 20, 40)  # euros a processor and a month
NODE, LEAST = 8, 2  # processors of a node, and those that any site has


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is what the figures say."""
    page = drawn()
    if arguments == ["--check"]:
        return int(PAGE.read_text() != page)
    PAGE.write_text(page)
    return 0


def drawn() -> str:
    """The page, in Markdown."""
    parts = [
        "# Confiance, en chiffres",
        INTRODUCTION,
        audits(),
        faults(),
        load(),
        capacity(read("capacity")),
    ]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """Cette page est écrite par `python tools/trust.py` avec les fichiers que les commandes de mesure
laissent dans `docs/trust/`. Les machines de mesure sont petites et partagées : lisez les rapports et les ordres de
grandeur."""


def read(name: str) -> dict[str, Any]:
    """What a command wrote."""
    return json.loads((FOLDER / f"{name}.json").read_text())  # type: ignore[no-any-return]


def table(*rows: tuple[object, ...]) -> str:
    """A Markdown table; the first row is its head."""
    lines = [f"| {' | '.join(map(str, each))} |" for each in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def audits() -> str:
    """Where each control is, and the test that holds it."""
    verdicts = re.findall(r"^\| V[\d.]+ \| \d \|[^|]*\| ([^|]+?) \|", (FOLDER / "asvs.md").read_text(), re.MULTILINE)
    counts = ", ".join(f"{verdicts.count(each)} « {each} »" for each in sorted(set(verdicts)))
    return f"""## Menaces et gardes

- [Modèle de menaces](trust/threat-model.md) (STRIDE) : chaque ligne renvoie à l’essai qui tient sa garde.
- [OWASP ASVS 5.0, niveau 2](trust/asvs.md) : {len(verdicts)} exigences, dont {counts}."""


def faults() -> str:
    """The faults that the suite provokes, by the first line of each file."""
    found = []
    for path in sorted(FAULTS.glob("test_*.py")):
        said = path.read_text().split('"""')[1].replace("\n", " ")
        number = len(re.findall(r"^def test_", path.read_text(), re.MULTILINE))
        found.append((f"`tests/faults/{path.name}`", number, said))
    return f"""## Pannes provoquées

À chaque passage de la suite, sur SQLite et PostgreSQL (en anglais, comme les essais) :

{table(("fichier", "essais", "ce qui est provoqué"), *found)}

Aussi : `tests/machines/` (nœud, copie, primaire tués derrière l’équilibreur ; copie en retard),
`tests/newsletter/test_sending.py` et `tests/official/test_running.py` (tués en plein envoi, en plein chargement),
`tests/search/test_indexing.py` (index abîmé ou effacé), `tests/operations/test_backup.py` et `test_point_in_time.py`
(restaurer, puis comparer ligne à ligne)."""


def load() -> str:
    """Mixed traffic at several numbers of workers; then for long, for the sake of memory alone."""
    told, long = read("load"), read("load-long")
    head = ("processus", "demandes", "par seconde", "erreurs", "ms (50, 95, 99 %)", "mémoire, Mo", "Mo par minute")
    return f"""## Charge

{told["people"]} personnes à la fois (lecteurs, directeurs qui écrivent, experts), {told["seconds"]} s par ligne, sur
{told["database"]} ; {of(told)}. Qui demande est sur la même machine et lui prend des processeurs.

{table(head, *map(row, told["runs"]))}

Longtemps, pour la mémoire (d’autres travaux occupaient la machine) : {long["seconds"] // 60} minutes.

{table(head, *map(row, long["runs"]))}"""


def row(run: dict[str, Any]) -> tuple[object, ...]:
    """A run."""
    total, memory = run["all"], run["memory_mb"]
    return (
        run["workers"],
        f"{total['requests']:,}".replace(",", " "),
        total["per_second"],
        total["failures"],
        " / ".join(f"{total[name]:.0f}" for name in ("p50_ms", "p95_ms", "p99_ms")),
        ", ".join(f"{each['settled']:.0f} → {each['last']:.0f}" for each in memory),
        ", ".join(f"{each['mb_per_minute']:+.1f}" for each in memory),
    )


def capacity(told: dict[str, Any]) -> str:
    """What a request costs, and the machines that follow."""
    margin = f"{1 - told['full']:.0%}"
    return f"""## Capacité

Ce que coûte une demande au serveur, en temps de processeur (le temps d’attente n’en est pas) ; {of(told)}.
Les parts sont une supposition pour le printemps : personne n’a mesuré ce trafic. Changez-les
dans `bench/capacity.py` quand on saura.

{costs(told)}

Ce qui s’ensuit, en laissant {margin} de marge à chaque nœud. La base est comptée avec le nœud (SQLite) ; à
part, elle prend surtout des recherches et de l’espace ce qui n’est plus fait sur place.

{plans(told)}

- **Une machine** (2 processeurs, SQLite) : jusqu’à quelques centaines de demandes par seconde.
- **Trois machines** (deux nœuds, une base et sa copie sur le troisième) : un millier, et une machine peut tomber.
- **La France au printemps** (10 000 par seconde) : la dernière ligne, plus un nœud de réserve, un primaire et une
  copie. Le cache partagé n’épargne guère de processeurs, car les pages publiques en coûtent peu ; il épargne le débit,
  et tient les pages publiques debout quand le reste peine. Ce qui coûte est la recherche : chaque nœud y suffit seul
  avec sa propre copie de l’index, et un nœud de plus en sert d’autant plus.

Les prix sont des hypothèses, à remplacer par ceux de votre hébergeur ; réglages du cache :
`docs/guide/exploiter.md`."""


def costs(told: dict[str, Any]) -> str:
    """What a request of each kind costs."""
    rows = [
        (
            each["name"],
            f"{each['milliseconds']:.2f}",
            f"{each['bytes'] / 1000:.0f}",
            f"{each['share']:.0%}",
            f"{each['shared']:.0%}",
        )
        for each in told["costs"]
    ]
    return table(("demande", "ms de processeur", "ko", "part", "dont le cache partagé répond à"), *rows)


def plans(told: dict[str, Any]) -> str:
    """The machines for so many requests in a second."""
    prices = " / ".join(f"{price} €" for price in PRICES)
    head = ("demandes par seconde", "cache partagé", "atteignent le site", "processeurs", f"nœuds de {NODE}", "Mbit/s")
    rows = [
        (
            f"{each['per_second']:,}".replace(",", " "),
            "oui" if each["shared_cache"] else "non",
            f"{each['reach_the_site']:,}".replace(",", " "),
            each["processors"],
            math.ceil(each["processors"] / NODE),
            each["megabits"],
            " / ".join(str(max(LEAST, math.ceil(each["processors"])) * price) for price in PRICES),
        )
        for each in told["plans"]
    ]
    return table((*head, f"€ par mois à {prices} le processeur"), *rows)


def of(told: dict[str, Any]) -> str:
    """Which command, when, on what."""
    machine = told["machine"]
    return (
        f"`{told['command']}`, le {told['measured_at'][:10]}, version {told['release']}, "
        f"{machine['processors']} processeurs, Python {machine['python']}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
