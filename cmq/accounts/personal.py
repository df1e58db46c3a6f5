"""What is kept of people with an account; what goes with it."""

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models

from cmq.accounts import leaving
from cmq.accounts.actions import end_sessions
from cmq.accounts.models import AgentIdentity, HelpConsent, HelpVisit, User
from cmq.core.models import OutgoingMail
from cmq.core.personal import CNIL_TRACES, PUBLIC_ARCHIVES, TRACES_KEPT
from cmq.core.retention import Basis, Then, keep, needed, told, with_account

_COLLEAGUES = "Personnes du même campus ou de la même organisation ; gardiens ; équipe technique"


@needed
def _last_technician(person: Any, on: dt.date) -> list[str]:
    """A site that nobody can repair."""
    team = User.objects.filter(is_superuser=True, is_active=True)
    is_alone = person.is_superuser and not team.exclude(pk=person.pk).exists()
    return ["Vous êtes seul dans l’équipe technique : nommez d’abord une autre personne."] if is_alone else []


@with_account
def _ways_in(person: Any, addresses: set[str], at: dt.datetime) -> None:
    """Whatever opens the account, and the letters to it."""
    end_sessions(person)
    for model in (EmailAddress, Authenticator):
        model.objects.filter(user=person.pk).delete()
    AgentIdentity.objects.filter(person=person.pk).delete()
    HelpConsent.objects.filter(person=person.pk).delete()
    OutgoingMail.objects.filter(to__in=addresses).delete()


def _finished_visits(at: dt.datetime) -> models.QuerySet[HelpConsent]:
    return HelpConsent.objects.filter(ends_at__lt=at - TRACES_KEPT)


def _dead_sessions(at: dt.datetime) -> models.QuerySet[UserSession]:
    alive = Session.objects.filter(expire_date__gt=at)
    dead: models.QuerySet[UserSession] = UserSession.objects.exclude(session_key__in=alive.values("session_key"))
    return dead


@told("accounts.user")
def _account(person: User) -> dict[str, Any]:
    return {
        "adresse électronique": person.email,
        "prénom et nom": person.name,
        "inscrit le": person.date_joined,
        "dernière connexion": person.last_login,
        "conditions acceptées": person.terms_version,
        "conditions acceptées le": person.terms_accepted_at,
        "prévenu que le compte dort le": person.sleep_told_at,
        "équipe technique": person.is_superuser,
    }


@told("core.outgoingmail")
def _letter(letter: OutgoingMail) -> dict[str, Any]:
    """A letter, without the text of one that bears a key."""
    text = None if letter.is_secret else letter.text
    return {"objet": letter.subject, "texte": text, "écrit le": letter.created_at, "envoyé le": letter.sent_at}


@told("mfa.authenticator")
def _factor(factor: Authenticator) -> dict[str, Any]:
    """Its name and kind; what it holds is a secret."""
    name = factor.data.get("name") if factor.type == Authenticator.Type.WEBAUTHN else None
    kind = {"totp": "application", "webauthn": "clé", "recovery_codes": "codes de secours"}[factor.type]
    return {"sorte": kind, "nom": name, "ajouté le": factor.created_at, "dernier emploi": factor.last_used_at}


@told("usersessions.usersession")
def _device(session: UserSession) -> dict[str, Any]:
    return {
        "adresse IP": session.ip,
        "navigateur": session.user_agent,
        "ouverte le": session.created_at,
        "vue le": session.last_seen_at,
    }


@told("accounts.helpvisit")
def _visit(visit: HelpVisit) -> dict[str, Any]:
    return {"ouverte le": visit.began_at, "refermée le": visit.ended_at}


keep(
    "accounts.account",
    treatment="Comptes et rôles",
    what="Compte : adresse électronique, nom, mot de passe haché, dernière connexion, conditions acceptées et jour",
    who="Personnes qui ont un compte",
    purpose="Ouvrir l’espace de travail aux gardiens du registre, aux campus et aux organisations",
    basis=Basis.PUBLIC_TASK,
    readers=_COLLEAGUES,
    until="Jusqu’à ce que vous l’effaciez ; au plus 24 mois sans connexion, puis un courrier et 30 jours",
    then=Then.ANONYMISED,
    holds=("accounts.user", "account.emailaddress", "account.emailconfirmation"),
    due=leaving.over,
    finish=leaving.erase_sleepers,
    batch=20,
)
keep(
    "accounts.roles",
    treatment="Comptes et rôles",
    what="Rôles et leurs dates",
    who="Personnes qui ont ou ont eu un rôle",
    purpose="Savoir qui pouvait agir, et quand",
    basis=Basis.PUBLIC_TASK,
    readers=_COLLEAGUES,
    until="Tant que le registre existe ; sans nom une fois le compte effacé",
    then=Then.ANONYMISED,
    why=PUBLIC_ARCHIVES,
)
keep(
    "accounts.traces",
    treatment="Comptes et rôles",
    what="À côté de ce qui a été écrit, confirmé, déposé ou décidé : par quel compte, quand",
    who="Personnes qui agissent dans l’espace de travail",
    purpose="Suivre un dossier, savoir à qui demander",
    basis=Basis.PUBLIC_TASK,
    readers=_COLLEAGUES,
    until="Aussi longtemps que ce qui a été écrit ; sans nom une fois le compte effacé",
    then=Then.ANONYMISED,
)
keep(
    "accounts.sessions",
    treatment="Sécurité du site",
    what="Session d’une personne connectée : adresse IP, navigateur, heures",
    who="Personnes qui ont un compte",
    purpose="Rester connecté, voir et fermer ses appareils",
    basis=Basis.SERVICE,
    readers="La personne elle-même",
    until="12 heures ; effacée la nuit suivante",
    then=Then.DELETED,
    holds=("sessions.session", "usersessions.usersession"),
    due=_dead_sessions,
)
keep(
    "accounts.session_keys",
    treatment="Sécurité du site",
    what="Témoin de session, connecté ou non",
    who="Visiteurs d’une page qui porte un formulaire, personnes connectées",
    purpose="Reconnaître la suite d’une même visite",
    basis=Basis.SERVICE,
    readers="Personne",
    until="12 heures ; effacé la nuit suivante",
    then=Then.DELETED,
    holds=("sessions.session",),
    due=lambda at: Session.objects.filter(expire_date__lte=at),
)
keep(
    "accounts.factors",
    treatment="Sécurité du site",
    what="Second facteur : clé chiffrée ou publique, nom donné, dernier emploi ; identifiant chez ProConnect",
    who="Personnes qui ont un compte",
    purpose="Reconnaître qui entre dans l’espace de travail",
    basis=Basis.PUBLIC_TASK,
    readers="La personne elle-même",
    until="Jusqu’au retrait, au plus tant que le compte existe",
    then=Then.DELETED,
    holds=("mfa.authenticator", "accounts.agentidentity"),
)
keep(
    "accounts.help",
    treatment="Sécurité du site",
    what="Accords d’assistance et visites de l’équipe technique",
    who="Personnes aidées, équipe technique",
    purpose="Savoir qui a vu l’espace de qui, avec quel accord",
    basis=Basis.PUBLIC_TASK,
    readers="La personne elle-même ; équipe technique",
    until="Un an après la fin de l’accord",
    then=Then.DELETED,
    why=CNIL_TRACES,
    holds=("accounts.helpconsent", "accounts.helpvisit"),
    due=_finished_visits,
)
