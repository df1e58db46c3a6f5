// A passkey that the browser refuses says so to the reader, who otherwise sees nothing happen.
document.addEventListener("allauth.error", function (event) {
  event.preventDefault();
  const button = document.querySelector("[data-allauth-key], #mfa_webauthn_authenticate, #mfa_webauthn_add, #passkey_login");
  let said = document.getElementById("key-refused");
  if (!said) {
    said = document.createElement("p");
    said.id = "key-refused";
    said.className = "fr-message fr-message--error";
    said.setAttribute("role", "alert");
    button.closest("form").append(said);
  }
  said.textContent = "La clé n’a pas répondu : demande refusée, trop longue, ou cet appareil n’en connaît aucune pour ce site.";
});
