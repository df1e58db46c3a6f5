import cmq.organisations.codes
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
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250, verbose_name='nom')),
                ('folded_name', models.CharField(db_index=True, editable=False, max_length=250, verbose_name='nom simplifié')),
                ('kind', models.CharField(choices=[('lycee', 'Lycée'), ('cfa', 'Centre de formation d’apprentis (CFA)'), ('greta', 'GRETA'), ('universite', 'Université ou composante'), ('ecole', 'École supérieure'), ('ifas_ifsi', 'Institut de formation sanitaire (IFAS, IFSI)'), ('organisme_formation', 'Organisme de formation'), ('gestionnaire', 'Gestionnaire d’établissements'), ('federation', 'Fédération ou branche professionnelle'), ('entreprise', 'Entreprise'), ('cluster', 'Pôle ou groupement d’entreprises'), ('opco', 'Opérateur de compétences (OPCO)'), ('collectivite', 'Collectivité'), ('service_etat', 'Service de l’État'), ('rectorat', 'Académie ou région académique'), ('france_travail', 'France Travail'), ('mission_locale', 'Mission locale'), ('ars', 'Agence régionale de santé (ARS)'), ('laboratoire', 'Laboratoire de recherche'), ('association', 'Association'), ('autre', 'Autre')], default='autre', max_length=24, verbose_name='nature')),
                ('uai', models.CharField(blank=True, max_length=8, null=True, unique=True, validators=[cmq.organisations.codes.validate_uai], verbose_name='UAI')),
                ('siret', models.CharField(blank=True, max_length=14, null=True, unique=True, validators=[cmq.organisations.codes.validate_siret], verbose_name='SIRET')),
                ('website', models.URLField(blank=True, max_length=300, verbose_name='site web')),
                ('keeps_register', models.BooleanField(default=False, verbose_name='tient le registre')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('commune', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='reference.commune', verbose_name='commune')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='reference.region', verbose_name='région de compétence')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='organisation_has_name'), models.CheckConstraint(condition=models.Q(('uai', None), models.Q(('uai', ''), _negated=True), _connector='OR'), name='organisation_uai_null_or_code'), models.CheckConstraint(condition=models.Q(('siret', None), models.Q(('siret', ''), _negated=True), _connector='OR'), name='organisation_siret_null_or_code')],
            },
        ),
        CreateModelAlone(
            name='OrganisationMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invited_email', models.EmailField(max_length=254, verbose_name='adresse invitée')),
                ('invited_at', models.DateTimeField(verbose_name='invitée le')),
                ('token_digest', models.CharField(blank=True, max_length=64, null=True, unique=True, verbose_name='empreinte du jeton')),
                ('token_expires_at', models.DateTimeField(blank=True, null=True, verbose_name='jeton valable jusqu’au')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='depuis le')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                ('role', models.CharField(choices=[('referent', 'Référent'), ('gardien', 'Gardien du registre')], max_length=16, verbose_name='rôle')),
                ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invitée par')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='organisations.organisation', verbose_name='organisation')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
            ],
            options={
                'verbose_name': 'rôle dans une organisation',
                'verbose_name_plural': 'rôles dans les organisations',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('person', None), ('starts_on', None)), models.Q(('person__isnull', False), ('starts_on__isnull', False)), _connector='OR'), name='organisationmembership_starts_when_accepted'), models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='organisationmembership_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('ends_on', None), ('person', None)), ('token_expires_at', None), _connector='OR'), name='organisationmembership_token_used_once'), models.UniqueConstraint(condition=models.Q(('ends_on', None), ('person__isnull', False)), fields=('organisation', 'person', 'role'), name='organisation_role_once')],
            },
        ),
    ]
