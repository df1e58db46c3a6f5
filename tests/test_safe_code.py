"""What no code of ours does: run text as code, believe pickled bytes, speak to a shell, draw secrets by chance."""

import ast
import re

import pytest

from tests.test_house import PACKAGE, ROOT, our_files, our_modules

SCRIPTS = PACKAGE / "web" / "static" / "cmq"

# Called by these names, or as attributes of these modules.
NEVER_CALLED = {"eval", "exec", "__import__", "mark_safe", "SafeString", "RawSQL"}
NEVER_CALLED |= {"os.system", "os.popen", "subprocess.getoutput", "yaml.load", "hashlib.md5"}
# What is cleaned text by text (`tests/editorial/test_body.py`), and what is drawn from numbers of ours.
CLEANED = {("SafeString", "editorial/body.py"), ("SafeString", "web/charts.py")}
# Drawings and shuffles of `random` can be guessed; secrets come from `secrets`.
NEVER_IMPORTED = {"pickle", "marshal", "shelve", "dill", "random", "telnetlib", "ftplib"}
# Parsers that open entities: `defusedxml` reads instead. Writing by these is harmless.
PARSES_XML = {"lxml", "xml.dom", "xml.sax.parse", "xml.sax.parseString", "xml.sax.make_parser", "xmlrpc"}
PARSES_XML |= {f"xml.etree.ElementTree.{name}" for name in ("parse", "iterparse", "fromstring", "XML", "XMLParser")}


def calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def imported(tree: ast.Module) -> set[str]:
    """Modules that this one imports, by their whole names."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_text_is_run_as_code_and_no_shell_is_asked() -> None:
    wrong = []
    for path, tree in our_modules():
        for call in calls(tree):
            named = ast.unparse(call.func)
            is_shell = any(each.arg == "shell" for each in call.keywords)
            # SHA-1 is for lists that others publish; the call says that nothing is secured by it.
            is_weak = named == "hashlib.sha1" and "usedforsecurity=False" not in ast.unparse(call)
            is_cleaned = (named, path.relative_to(PACKAGE).as_posix()) in CLEANED
            if (named in NEVER_CALLED and not is_cleaned) or is_shell or is_weak:
                wrong.append(f"{path.relative_to(ROOT)}:{call.lineno} {named}")
    assert not wrong


def test_no_module_that_believes_bytes_or_guesses_is_used() -> None:
    forbidden = NEVER_IMPORTED | PARSES_XML
    reading = re.compile(r"\bElementTree\.(parse|iterparse|fromstring|XML)\(")
    readers = [(path, path.read_text()) for path in our_files()]
    assert not [path.name for path, text in readers if reading.search(text) and "defusedxml" not in text]
    assert not [
        f"{path.relative_to(ROOT)} {name}"
        for path, tree in our_modules()
        for name in imported(tree)
        if any(name == each or name.startswith(f"{each}.") for each in forbidden)
    ]


def test_templates_are_files_of_ours() -> None:
    """No template is made of text that somebody typed."""
    made = re.compile(r"\bfrom_string\(|\bTemplate\(|\bEngine\(")
    assert not [str(path.relative_to(ROOT)) for path in our_files() if made.search(path.read_text())]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment", "words are put as words"),
        (r"\beval\(|new Function|setTimeout\(\s*[\"'`]", "no text is run"),
        (r"postMessage|addEventListener\(\s*[\"']message", "no other window is listened to"),
        (r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.", "nothing is kept in the browser"),
        (r"__proto__|\.prototype\b|for\s*\([^)]*\bin\b", "no prototype is walked or changed"),
    ],
)
def test_scripts_keep_their_safety(pattern: str, why: str) -> None:
    scripts = sorted(SCRIPTS.rglob("*.js"))
    assert scripts
    assert not [path.name for path in scripts if re.search(pattern, path.read_text())], why
