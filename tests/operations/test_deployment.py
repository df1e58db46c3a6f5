"""What `deploy/` holds is read by the tools that will run it, and names no setting that is none."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from cmq.core.wire import ASKED

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def settings_told() -> set[str]:
    return set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "settings.md").read_text(), flags=re.M))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_reads_the_unit(unit: Path, tmp_path: Path) -> None:
    # The program itself is not installed where tests run: any that exists stands in its place.
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.M)
    copy = tmp_path / unit.name
    copy.write_text(text.replace("User=cmq\nGroup=cmq\n", ""))
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], check=False, capture_output=True, text=True
    )
    assert found.returncode == 0 and unit.name not in found.stderr, found.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_what_there_is(unit: Path) -> None:
    text = unit.read_text()
    program = re.search(r"^ExecStart=/opt/cmq/\.venv/bin/(\w+)", text, flags=re.M)[1]
    assert program in ("granian", "cmq")
    assert set(re.findall(r"(CMQ_\w+)=", text)) <= settings_told()
    for protection in ("NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=always"):
        assert protection in text


def test_compose_is_whole() -> None:
    """Each part has an image or is built; what it waits for, mounts and is told by exists."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    parts = compose["services"]
    for name, part in parts.items():
        assert "image" in part or (DEPLOY / part["build"]["context"] / part["build"]["dockerfile"]).exists(), name
        waits = part.get("depends_on", [])
        assert set(waits) <= set(parts), name
        named = {volume.partition(":")[0] for volume in part.get("volumes", [])}
        assert {each for each in named if not each.startswith(".")} <= set(compose["volumes"]), name
        own = {key for key in part.get("environment", {}) if key.startswith("CMQ_") or key == "DATABASE_URL"}
        assert own <= settings_told(), name
    assert {f"-c{name}={value}" for name, value in ASKED.items()} <= set(parts["database"]["command"])
    assert parts["worker"]["command"] == ["cmq", "worker"] and parts["setup"]["command"][:2] == ["cmq", "setup"]
    assert not re.search(r"(PASSWORD|SECRET\w*): (?!\$\{)", (DEPLOY / "compose.yaml").read_text())


def test_the_container_is_built_from_what_there_is() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, flags=re.M):
        for name in source.split():
            assert (ROOT / name).exists(), name
    assert "--require-hashes" in text and re.search(r"^USER cmq$", text, flags=re.M)


@pytest.mark.skipif(not Path("/usr/sbin/haproxy").exists(), reason="no haproxy here")
def test_haproxy_reads_its_configuration(tmp_path: Path) -> None:
    # Without the certificates of a real site.
    text = re.sub(r"^  bind :443.*\n", "", (DEPLOY / "haproxy.cfg").read_text(), flags=re.M)
    copy = tmp_path / "haproxy.cfg"
    copy.write_text(text)
    found = subprocess.run(["/usr/sbin/haproxy", "-c", "-f", str(copy)], check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
