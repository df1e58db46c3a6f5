import django.db.models.deletion
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campuses', '0001_initial'),
        ('careers', '0001_initial'),
        ('organisations', '0002_roles_of_the_procedure'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Employer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('siret', models.CharField(max_length=14, verbose_name='SIRET')),
                ('name', models.CharField(max_length=250, verbose_name='nom de l’établissement')),
                ('email', models.EmailField(max_length=254, verbose_name='adresse professionnelle')),
                ('address_proved_at', models.DateTimeField(blank=True, null=True, verbose_name='adresse prouvée le')),
                ('vouched_at', models.DateTimeField(blank=True, null=True, verbose_name='reconnu le')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='organisations.organisation', verbose_name='membre d’un campus')),
                ('vouched_for_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campuses.campus', verbose_name='reconnu par')),
            ],
            options={
                'verbose_name': 'employeur',
                'verbose_name_plural': 'employeurs',
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('siret', 'email'), name='employer_once_an_address')],
            },
        ),
        CreateModelAlone(
            name='JobOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=250, verbose_name='intitulé')),
                ('folded_title', models.CharField(editable=False, max_length=250, verbose_name='intitulé simplifié')),
                ('text', models.TextField(blank=True, verbose_name='description')),
                ('kind', models.CharField(choices=[('emploi', 'Emploi'), ('alternance', 'Alternance'), ('stage', 'Stage')], default='emploi', max_length=10, verbose_name='nature')),
                ('contract', models.CharField(blank=True, choices=[('CDI', 'CDI'), ('CDD', 'CDD'), ('MIS', 'Intérim'), ('APP', 'Contrat d’apprentissage'), ('PRO', 'Contrat de professionnalisation'), ('STA', 'Convention de stage'), ('LIB', 'Profession libérale ou indépendante'), ('AUT', 'Autre')], max_length=3, verbose_name='contrat')),
                ('duration_months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée, en mois')),
                ('weekly_hours', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='heures par semaine')),
                ('salary', models.CharField(blank=True, max_length=200, verbose_name='salaire')),
                ('positions', models.PositiveSmallIntegerField(default=1, verbose_name='postes')),
                ('is_accessible', models.BooleanField(blank=True, null=True, verbose_name='ouverte aux travailleurs handicapés')),
                ('level', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='niveau demandé')),
                ('job_title', models.CharField(blank=True, max_length=250, verbose_name='appellation')),
                ('employer_name', models.CharField(blank=True, max_length=250, verbose_name='employeur')),
                ('siret', models.CharField(blank=True, db_index=True, max_length=14, verbose_name='SIRET')),
                ('naf_division', models.CharField(blank=True, max_length=2, verbose_name='division NAF')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='lieu')),
                ('latitude', models.FloatField(blank=True, null=True, verbose_name='latitude')),
                ('longitude', models.FloatField(blank=True, null=True, verbose_name='longitude')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='début')),
                ('published_at', models.DateTimeField(db_index=True, verbose_name='publiée le')),
                ('modified_at', models.DateTimeField(verbose_name='mise à jour le')),
                ('confirmed_at', models.DateTimeField(verbose_name='confirmée le')),
                ('expires_at', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='expire le')),
                ('state', models.CharField(choices=[('a_verifier', 'À vérifier'), ('ouverte', 'Ouverte'), ('fermee', 'Fermée')], db_index=True, default='ouverte', max_length=10, verbose_name='état')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='fermée le')),
                ('apply_url', models.URLField(blank=True, max_length=600, verbose_name='adresse pour postuler')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('campus', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='offers', to='campuses.campus', verbose_name='campus')),
                ('commune', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.commune', verbose_name='commune')),
                ('employer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='offers.employer', verbose_name='employeur inscrit')),
                ('occupation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='offers', to='careers.occupation', verbose_name='métier')),
            ],
            options={
                'verbose_name': 'offre',
                'verbose_name_plural': 'offres',
                'ordering': ['-published_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='offer_has_title'), models.CheckConstraint(condition=models.Q(('kind__in', ['emploi', 'alternance', 'stage'])), name='offer_kind_known'), models.CheckConstraint(condition=models.Q(('contract__in', ['', 'CDI', 'CDD', 'MIS', 'APP', 'PRO', 'STA', 'LIB', 'AUT'])), name='offer_contract_known'), models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__isnull', False), ('latitude__range', (-90, 90)), ('longitude__isnull', False), ('longitude__range', (-180, 180))), _connector='OR'), name='offer_is_on_earth'), models.CheckConstraint(condition=models.Q(('expires_at', None), ('expires_at__gte', models.F('published_at')), _connector='OR'), name='offer_expires_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'fermee')), models.Q(models.Q(('state', 'fermee'), _negated=True), ('closed_at', None)), _connector='OR'), name='offer_closed_when_it_says_so')],
            },
        ),
        CreateModelAlone(
            name='OfferOrigin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('france_travail', 'France Travail'), ('la_bonne_alternance', 'La bonne alternance'), ('employeur', 'Employeur d’un campus')], max_length=20, verbose_name='source')),
                ('partner', models.CharField(blank=True, max_length=60, verbose_name='partenaire')),
                ('number', models.CharField(max_length=120, verbose_name='numéro')),
                ('url', models.URLField(blank=True, max_length=600, verbose_name='adresse d’origine')),
                ('seen_at', models.DateTimeField(verbose_name='vue la dernière fois le')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='origins', to='offers.joboffer', verbose_name='offre')),
            ],
            options={
                'verbose_name': 'origine d’une offre',
                'verbose_name_plural': 'origines des offres',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('source', 'number'), name='offer_origin_once')],
            },
        ),
        CreateModelAlone(
            name='OfferReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('pourvue', 'Elle n’existe plus'), ('fausse', 'Elle est fausse ou trompeuse'), ('discriminatoire', 'Elle est discriminatoire'), ('argent', 'On me demande de l’argent'), ('autre', 'Autre raison')], max_length=16, verbose_name='raison')),
                ('text', models.TextField(blank=True, verbose_name='précisions')),
                ('reported_at', models.DateTimeField(verbose_name='signalée le')),
                ('handled_at', models.DateTimeField(blank=True, null=True, verbose_name='traitée le')),
                ('outcome', models.CharField(blank=True, max_length=250, verbose_name='suite donnée')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='offers.joboffer', verbose_name='offre')),
            ],
            options={
                'verbose_name': 'signalement d’une offre',
                'verbose_name_plural': 'signalements d’offres',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['pourvue', 'fausse', 'discriminatoire', 'argent', 'autre'])), name='offer_report_reason_known')],
            },
        ),
    ]
