"""The pages of one's account in the browser; a passkey made and used by Chromium's own authenticator."""

from playwright.sync_api import Page

from .conftest import Site
from .test_pages import violations


def _log_in(page: Page, site: str, password: str) -> None:
    page.goto(f"{site}/compte/connexion/?next=/compte/second-facteur/")
    page.fill("input[name=login]", "referente@demonstration.invalid")
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")


def test_a_passkey_replaces_the_password(page: Page, neutral_site: Site) -> None:
    # Browsers know no passkey for an address of numbers.
    site = neutral_site.url.replace("127.0.0.1", "localhost")
    developer = page.context.new_cdp_session(page)
    developer.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    developer.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    _log_in(page, site, neutral_site.password)
    page.click("main a:has-text('Ajouter une clé')")
    page.fill("input[name=password]", neutral_site.password)
    page.click("main button[type=submit]")
    assert not violations(page)
    page.fill("input[name=name]", "Ordinateur")
    page.click("label[for=id_passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/codes-de-secours/")
    codes = page.locator("main code").all_inner_texts()
    with page.expect_download() as kept:
        page.click("text=Télécharger les codes")
    assert len(codes) == 10 and kept.value.path().read_text().split() == codes
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#codes-copier")
    page.wait_for_selector("#codes-dit:has-text('Codes copiés')")
    assert page.evaluate("navigator.clipboard.readText()").split() == codes
    assert not violations(page)
    for path in ("", "application/"):
        page.goto(f"{site}/compte/second-facteur/{path}")
        assert page.locator("h1").count() == 1
        assert not violations(page)
    assert page.evaluate("document.querySelector('main img').naturalWidth") > 100, "the QR code is not drawn"

    page.context.clear_cookies()
    _log_in(page, site, neutral_site.password)
    page.wait_for_url("**/second-facteur/code/")
    assert not violations(page)

    page.context.clear_cookies()
    page.goto(f"{site}/compte/connexion/?next=/compte/second-facteur/")
    page.click("#passkey_login")
    page.wait_for_url("**/compte/second-facteur/")
    page.click("main a:has-text('Retirer Ordinateur')")
    # Just logged in with it: the key is asked for once more before it goes.
    page.click("#mfa_webauthn_authenticate")
    page.click("button:has-text('Retirer cette clé')")
    assert page.locator("main a:has-text('Retirer Ordinateur')").count() == 0


def test_a_refused_passkey_says_so(page: Page, neutral_site: Site) -> None:
    page.goto(neutral_site.url.replace("127.0.0.1", "localhost") + "/compte/connexion/")
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('non', 'NotAllowedError')) }"
    )
    page.click("#passkey_login")
    assert "n’a pas répondu" in page.locator("#key-refused").inner_text()
