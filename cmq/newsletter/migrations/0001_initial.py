import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(db_index=True, max_length=64, verbose_name='empreinte de l’adresse')),
                ('text_version', models.CharField(max_length=20, verbose_name='version du texte accepté')),
                ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                ('confirmed_at', models.DateTimeField(verbose_name='confirmé le')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='terminé le')),
                ('end', models.CharField(blank=True, choices=[('desabonnement', 'Désabonnement depuis la lettre ou la page des choix'), ('un_clic', 'Désabonnement par le bouton de la messagerie'), ('rejet', 'Adresse qui ne reçoit plus'), ('plainte', 'Lettre signalée comme indésirable')], max_length=14, verbose_name='fin')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
            ],
            options={
                'verbose_name': 'preuve de consentement',
                'verbose_name_plural': 'preuves de consentement',
                'ordering': ['confirmed_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('end', ''), ('ended_at', None)), models.Q(('ended_at__isnull', False), models.Q(('end', ''), _negated=True)), _connector='OR'), name='consent_ends_for_a_reason'), models.CheckConstraint(condition=models.Q(('confirmed_at__gte', models.F('asked_at'))), name='consent_asked_then_confirmed')],
            },
        ),
        CreateModelAlone(
            name='Issue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(blank=True, null=True, unique=True, verbose_name='numéro')),
                ('title', models.CharField(max_length=150, verbose_name='titre')),
                ('intro', models.TextField(blank=True, max_length=2000, verbose_name='introduction')),
                ('rhythm', models.CharField(choices=[('hebdomadaire', 'Chaque semaine'), ('mensuel', 'Chaque mois')], default='hebdomadaire', max_length=12, verbose_name='rythme')),
                ('state', models.CharField(choices=[('redaction', 'En rédaction'), ('relecture', 'À relire par une seconde personne'), ('programme', 'Accord donné, envoi programmé'), ('envoi', 'En cours d’envoi'), ('suspendu', 'Envoi suspendu'), ('envoye', 'Envoyé')], default='redaction', max_length=10, verbose_name='état')),
                ('created_at', models.DateTimeField(verbose_name='créé le')),
                ('proposed_at', models.DateTimeField(blank=True, null=True, verbose_name='proposé le')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='accord donné le')),
                ('scheduled_for', models.DateTimeField(blank=True, null=True, verbose_name='envoi prévu le')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='envoi commencé le')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='envoi terminé le')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='remarque')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('sent', models.PositiveIntegerField(default=0, verbose_name='lettres acceptées par le serveur')),
                ('empty', models.PositiveIntegerField(default=0, verbose_name='personnes sans rubrique choisie dans ce numéro')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='lettres refusées par le serveur')),
                ('doubtful', models.PositiveIntegerField(default=0, verbose_name='lettres au sort inconnu')),
                ('bounced', models.PositiveIntegerField(default=0, verbose_name='lettres revenues')),
                ('complaints', models.PositiveIntegerField(default=0, verbose_name='plaintes')),
                ('unsubscribed', models.PositiveIntegerField(default=0, verbose_name='désabonnements depuis ce numéro')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accord donné par')),
                ('edited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='modifié en dernier par')),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposé par')),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='créé par')),
            ],
            options={
                'verbose_name': 'numéro de la lettre',
                'verbose_name_plural': 'numéros de la lettre',
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='issue_has_title'), models.CheckConstraint(condition=models.Q(('rhythm__in', ['hebdomadaire', 'mensuel'])), name='issue_rhythm_known'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(models.Q(('written_by', None), models.Q(('approved_by', models.F('written_by')), _negated=True), _connector='OR'), models.Q(('edited_by', None), models.Q(('approved_by', models.F('edited_by')), _negated=True), _connector='OR'), models.Q(('proposed_by', None), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR')), _connector='OR'), name='issue_agreed_by_a_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', False), ('number__isnull', False), ('scheduled_for__isnull', False), ('state__in', ('programme', 'envoi', 'suspendu', 'envoye'))), models.Q(('approved_at', None), ('number', None), ('state__in', ['redaction', 'relecture'])), _connector='OR'), name='issue_leaves_once_agreed'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state', 'envoye')), models.Q(models.Q(('state', 'envoye'), _negated=True), ('finished_at', None)), _connector='OR'), name='issue_sent_when_it_says_so')],
            },
        ),
        CreateModelAlone(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='place')),
                ('kind', models.CharField(choices=[('article', 'Article'), ('campus', 'Campus'), ('offre', 'Offre'), ('evenement', 'Événement'), ('texte', 'Texte libre')], max_length=10, verbose_name='nature')),
                ('source_key', models.CharField(blank=True, max_length=60, verbose_name='origine')),
                ('title', models.CharField(max_length=200, verbose_name='titre')),
                ('text', models.TextField(blank=True, max_length=1500, verbose_name='texte')),
                ('path', models.CharField(blank=True, max_length=300, verbose_name='adresse')),
                ('filiere', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reference.filiere', verbose_name='filière')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reference.region', verbose_name='région')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='newsletter.issue', verbose_name='numéro')),
            ],
            options={
                'verbose_name': 'bloc d’un numéro',
                'verbose_name_plural': 'blocs des numéros',
                'ordering': ['position', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='block_has_title'), models.CheckConstraint(condition=models.Q(('kind__in', ['article', 'campus', 'offre', 'evenement', 'texte'])), name='block_kind_known'), models.UniqueConstraint(condition=models.Q(('source_key', ''), _negated=True), fields=('issue', 'source_key'), name='block_once_in_an_issue')],
            },
        ),
        CreateModelAlone(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.PositiveIntegerField(verbose_name='lettres')),
                ('reached', models.IntegerField(default=-1, verbose_name='place atteinte')),
                ('opened_at', models.DateTimeField(verbose_name='ouvert le')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='fermé le')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='newsletter.issue', verbose_name='numéro')),
            ],
            options={
                'verbose_name': 'lot d’envoi',
                'verbose_name_plural': 'lots d’envoi',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('issue',), name='batch_one_open_an_issue'), models.CheckConstraint(condition=models.Q(('reached__gte', -1), ('reached__lt', models.F('size'))), name='batch_reached_a_place')],
            },
        ),
        CreateModelAlone(
            name='Subscriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='adresse électronique')),
                ('rhythm', models.CharField(choices=[('hebdomadaire', 'Chaque semaine'), ('mensuel', 'Chaque mois')], default='hebdomadaire', max_length=12, verbose_name='rythme')),
                ('wants_news', models.BooleanField(default=True, verbose_name='articles et vie des campus')),
                ('wants_jobs', models.BooleanField(default=False, verbose_name='offres')),
                ('wants_events', models.BooleanField(default=False, verbose_name='événements')),
                ('key', models.CharField(editable=False, max_length=32, verbose_name='clé')),
                ('text_version', models.CharField(max_length=20, verbose_name='version du texte accepté')),
                ('asked_at', models.DateTimeField(verbose_name='demandé le')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmé le')),
                ('soft_bounces', models.PositiveSmallIntegerField(default=0, verbose_name='retours provisoires de suite')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('consent', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subscriber', to='newsletter.consent', verbose_name='preuve')),
                ('filieres', models.ManyToManyField(blank=True, related_name='+', to='reference.filiere', verbose_name='filières')),
                ('regions', models.ManyToManyField(blank=True, related_name='+', to='reference.region', verbose_name='régions')),
            ],
            options={
                'verbose_name': 'abonnement',
                'verbose_name_plural': 'abonnements',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['rhythm', 'confirmed_at'], name='subscriber_by_rhythm')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('key', ''), _negated=True)), name='subscriber_has_address'), models.CheckConstraint(condition=models.Q(('rhythm__in', ['hebdomadaire', 'mensuel'])), name='subscriber_rhythm_known'), models.CheckConstraint(condition=models.Q(('wants_news', True), ('wants_jobs', True), ('wants_events', True), _connector='OR'), name='subscriber_wants_something'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('consent', None)), models.Q(('confirmed_at__isnull', False), ('consent__isnull', False)), _connector='OR'), name='subscriber_confirmed_with_a_proof')],
            },
        ),
        CreateModelAlone(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('attente', 'En attente'), ('pris', 'Dans un lot'), ('partie', 'Acceptée par le serveur'), ('vide', 'Rien que la personne ait demandé'), ('refusee', 'Refusée par le serveur'), ('doute', 'Sort inconnu, pas renvoyée')], default='attente', max_length=8, verbose_name='état')),
                ('place', models.PositiveIntegerField(blank=True, null=True, verbose_name='place dans le lot')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                ('not_before', models.DateTimeField(blank=True, null=True, verbose_name='pas avant')),
                ('code', models.CharField(blank=True, max_length=20, verbose_name='réponse du serveur')),
                ('returned_at', models.DateTimeField(blank=True, null=True, verbose_name='revenue le')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to='newsletter.batch', verbose_name='lot')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='newsletter.issue', verbose_name='numéro')),
                ('subscriber', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='newsletter.subscriber', verbose_name='abonnement')),
            ],
            options={
                'verbose_name': 'envoi',
                'verbose_name_plural': 'envois',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['issue', 'state'], name='delivery_by_state')],
                'constraints': [models.UniqueConstraint(fields=('issue', 'subscriber'), name='delivery_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'pris'), _negated=True), models.Q(('batch__isnull', False), ('place__isnull', False)), _connector='OR'), name='delivery_taken_has_a_batch')],
            },
        ),
    ]
