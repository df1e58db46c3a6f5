import cmq.core.partial_dates
import django.db.models.deletion
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campuses', '0001_initial'),
        ('core', '0004_mail_taken'),
        ('organisations', '0002_roles_of_the_procedure'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='constaté le')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='déduit par le registre')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('title', models.CharField(max_length=250, verbose_name='intitulé')),
                ('key', models.CharField(editable=False, max_length=300, verbose_name='clé')),
                ('diploma', models.CharField(blank=True, max_length=200, verbose_name='diplôme')),
                ('level', models.PositiveSmallIntegerField(blank=True, choices=[(3, 'Niveau 3'), (4, 'Niveau 4'), (5, 'Niveau 5'), (6, 'Niveau 6'), (7, 'Niveau 7'), (8, 'Niveau 8')], null=True, verbose_name='niveau')),
                ('rncp_code', models.CharField(blank=True, max_length=9, verbose_name='code RNCP')),
                ('kind', models.CharField(blank=True, choices=[('professionnelle', 'Professionnelle'), ('technologique', 'Technologique'), ('generale', 'Générale')], max_length=16, verbose_name='voie')),
                ('stage', models.CharField(blank=True, choices=[('secondaire', 'Secondaire'), ('superieur', 'Supérieur')], max_length=10, verbose_name='enseignement')),
                ('address', models.CharField(blank=True, max_length=250, verbose_name='adresse')),
                ('capacity', models.PositiveIntegerField(blank=True, null=True, verbose_name='places')),
                ('next_start', models.DateField(blank=True, null=True, verbose_name='prochaine rentrée')),
                ('apply_url', models.URLField(blank=True, max_length=300, verbose_name='adresse pour s’inscrire')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='offerte depuis')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='offerte jusqu’au')),
                ('confirmed_on', models.DateField(verbose_name='confirmée le')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trainings', to='campuses.campus', verbose_name='campus')),
                ('commune', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='reference.commune', verbose_name='commune')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='organisations.organisation', verbose_name='donnée par')),
                ('sources', models.ManyToManyField(blank=True, related_name='+', to='core.source', verbose_name='sources')),
            ],
            options={
                'verbose_name': 'formation',
                'verbose_name_plural': 'formations',
                'ordering': ['title', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('key', ''), _negated=True)), name='training_has_title'), models.CheckConstraint(condition=models.Q(('level', None), ('level__range', (3, 8)), _connector='OR'), name='training_level_from_3_to_8'), models.CheckConstraint(condition=models.Q(('kind__in', ['', 'professionnelle', 'technologique', 'generale'])), name='training_kind_known'), models.CheckConstraint(condition=models.Q(('stage__in', ['', 'secondaire', 'superieur'])), name='training_stage_known'), models.CheckConstraint(condition=models.Q(('capacity', None), ('capacity__gte', 1), _connector='OR'), name='training_capacity_from_one'), models.CheckConstraint(condition=models.Q(('rncp_code', ''), ('rncp_code__startswith', 'RNCP'), _connector='OR'), name='training_rncp_is_one'), models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='training_ends_after_it_starts'), models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('campus', 'organisation', 'key'), name='training_once')],
            },
        ),
        CreateModelAlone(
            name='OpenDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='jour')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='précision')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='open_days', to='trainings.training', verbose_name='formation')),
            ],
            options={
                'verbose_name': 'journée portes ouvertes',
                'verbose_name_plural': 'journées portes ouvertes',
                'ordering': ['day'],
                'constraints': [models.UniqueConstraint(fields=('training', 'day'), name='open_day_once')],
            },
        ),
        CreateModelAlone(
            name='TrainingAudience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audience', models.CharField(choices=[('eleves', 'Élèves'), ('etudiants', 'Étudiants'), ('apprentis', 'Apprentis'), ('salaries', 'Salariés'), ('demandeurs_emploi', 'Demandeurs d’emploi'), ('stagiaires_ifas_ifsi', 'Élèves et étudiants d’IFAS et d’IFSI')], max_length=22, verbose_name='public')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audiences', to='trainings.training', verbose_name='formation')),
            ],
            options={
                'verbose_name': 'public d’une formation',
                'verbose_name_plural': 'publics des formations',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('training', 'audience'), name='training_audience_once'), models.CheckConstraint(condition=models.Q(('audience__in', ['eleves', 'etudiants', 'apprentis', 'salaries', 'demandeurs_emploi', 'stagiaires_ifas_ifsi'])), name='training_audience_known')],
            },
        ),
        CreateModelAlone(
            name='TrainingModule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='intitulé')),
                ('is_coloration', models.BooleanField(default=False, verbose_name='coloration')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='modules', to='trainings.training', verbose_name='formation')),
            ],
            options={
                'verbose_name': 'module ou coloration',
                'verbose_name_plural': 'modules et colorations',
                'ordering': ['is_coloration', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('training', 'title'), name='training_module_once'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='training_module_has_title')],
            },
        ),
        CreateModelAlone(
            name='TrainingRome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_index=True, max_length=5, verbose_name='code ROME')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='romes', to='trainings.training', verbose_name='formation')),
            ],
            options={
                'verbose_name': 'métier visé',
                'verbose_name_plural': 'métiers visés',
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(fields=('training', 'code'), name='training_rome_once')],
            },
        ),
        CreateModelAlone(
            name='TrainingShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='acceptée le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shared_trainings', to='campuses.campus', verbose_name='campus')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='trainings.training', verbose_name='formation')),
            ],
            options={
                'verbose_name': 'formation partagée',
                'verbose_name_plural': 'formations partagées',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('training', 'campus'), name='training_shared_once')],
            },
        ),
        CreateModelAlone(
            name='TrainingWay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('scolaire', 'Voie scolaire ou étudiante'), ('apprentissage', 'Apprentissage'), ('continue', 'Formation continue')], max_length=14, verbose_name='modalité')),
                ('training', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ways', to='trainings.training', verbose_name='formation')),
            ],
            options={
                'verbose_name': 'modalité d’une formation',
                'verbose_name_plural': 'modalités des formations',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('training', 'way'), name='training_way_once'), models.CheckConstraint(condition=models.Q(('way__in', ['scolaire', 'apprentissage', 'continue'])), name='training_way_known')],
            },
        ),
    ]
