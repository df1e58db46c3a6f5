import cmq.core.partial_dates
import django.db.models.deletion
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campuses', '0001_initial'),
        ('organisations', '0002_roles_of_the_procedure'),
    ]

    operations = [
        CreateModelAlone(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=100, unique=True, verbose_name='adresse')),
                ('title', models.CharField(max_length=200, verbose_name='titre')),
                ('objective', models.TextField(max_length=5000, verbose_name='objectif')),
                ('audience_note', models.CharField(blank=True, max_length=300, verbose_name='précision sur le public')),
                ('starts_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='début')),
                ('ends_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='fin')),
                ('budget', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='budget')),
                ('state', models.CharField(choices=[('idee', 'Idée'), ('en_cours', 'En cours'), ('termine', 'Terminé'), ('abandonne', 'Abandonné')], default='idee', max_length=10, verbose_name='état')),
                ('reusable', models.TextField(blank=True, max_length=5000, verbose_name='ce que d’autres peuvent réutiliser')),
                ('is_public', models.BooleanField(default=False, verbose_name='montré à tous')),
                ('practice_since', models.DateTimeField(blank=True, null=True, verbose_name='proposé comme pratique le')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entered_projects', to='campuses.campus', verbose_name='campus qui l’a inscrit')),
                ('inspired_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='inspired', to='projects.project', verbose_name='inspiré de')),
            ],
            options={
                'verbose_name': 'projet',
                'verbose_name_plural': 'projets',
                'ordering': ['title', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='project_has_title'), models.CheckConstraint(condition=models.Q(('objective', ''), _negated=True), name='project_has_objective'), models.CheckConstraint(condition=models.Q(('state__in', ['idee', 'en_cours', 'termine', 'abandonne'])), name='project_state_known'), models.CheckConstraint(condition=models.Q(('budget', None), ('budget__gte', 0), _connector='OR'), name='project_budget_from_zero'), models.CheckConstraint(condition=models.Q(('practice_since', None), models.Q(('reusable', ''), _negated=True), _connector='OR'), name='project_practice_says_what_to_reuse'), models.CheckConstraint(condition=models.Q(('inspired_by', None), models.Q(('inspired_by', models.F('pk')), _negated=True), _connector='OR'), name='project_inspired_by_another')],
            },
        ),
        CreateModelAlone(
            name='ProjectAudience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audience', models.CharField(choices=[('scolaires', 'Élèves'), ('etudiants', 'Étudiants'), ('apprentis', 'Apprentis'), ('salaries', 'Salariés'), ('demandeurs_emploi', 'Demandeurs d’emploi'), ('ifas_ifsi', 'Stagiaires d’IFAS et d’IFSI'), ('enseignants', 'Enseignants et formateurs'), ('entreprises', 'Entreprises'), ('grand_public', 'Grand public')], max_length=20, verbose_name='public')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audiences', to='projects.project', verbose_name='projet')),
            ],
            options={
                'verbose_name': 'public d’un projet',
                'verbose_name_plural': 'publics de projets',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'audience'), name='project_audience_once'), models.CheckConstraint(condition=models.Q(('audience__in', ['scolaires', 'etudiants', 'apprentis', 'salaries', 'demandeurs_emploi', 'ifas_ifsi', 'enseignants', 'entreprises', 'grand_public'])), name='project_audience_known')],
            },
        ),
        CreateModelAlone(
            name='ProjectOwner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(verbose_name='proposé le')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='accepté le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='project_owners', to='campuses.campus', verbose_name='campus')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='owners', to='projects.project', verbose_name='projet')),
            ],
            options={
                'verbose_name': 'campus porteur',
                'verbose_name_plural': 'campus porteurs',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'campus'), name='project_owner_once')],
            },
        ),
        CreateModelAlone(
            name='ProjectPartner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='organisations.organisation', verbose_name='organisation')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partners', to='projects.project', verbose_name='projet')),
            ],
            options={
                'verbose_name': 'partenaire d’un projet',
                'verbose_name_plural': 'partenaires de projets',
                'ordering': ['organisation__name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'organisation'), name='project_partner_once')],
            },
        ),
        CreateModelAlone(
            name='ProjectPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(max_length=200, upload_to='projets/%Y/%m/', verbose_name='fichier')),
                ('media_type', models.CharField(max_length=20, verbose_name='type')),
                ('width', models.PositiveIntegerField(verbose_name='largeur')),
                ('height', models.PositiveIntegerField(verbose_name='hauteur')),
                ('credit', models.CharField(max_length=150, verbose_name='crédit')),
                ('alternative', models.CharField(max_length=300, verbose_name='texte de remplacement')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='projects.project', verbose_name='projet')),
            ],
            options={
                'verbose_name': 'image d’un projet',
                'verbose_name_plural': 'images de projets',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('credit', ''), _negated=True), name='project_picture_has_credit'), models.CheckConstraint(condition=models.Q(('alternative', ''), _negated=True), name='project_picture_has_alternative'), models.CheckConstraint(condition=models.Q(('file', ''), _negated=True), name='project_picture_has_file')],
            },
        ),
        CreateModelAlone(
            name='ProjectResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.CharField(max_length=150, verbose_name='indicateur')),
                ('unit', models.CharField(max_length=40, verbose_name='unité')),
                ('target', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='visé')),
                ('reached', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='atteint')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='projects.project', verbose_name='projet')),
            ],
            options={
                'verbose_name': 'résultat d’un projet',
                'verbose_name_plural': 'résultats de projets',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'indicator'), name='project_result_once'), models.CheckConstraint(condition=models.Q(models.Q(('indicator', ''), _negated=True), models.Q(('unit', ''), _negated=True)), name='project_result_is_named'), models.CheckConstraint(condition=models.Q(('target__isnull', False), ('reached__isnull', False), _connector='OR'), name='project_result_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('target', None), ('target__gte', 0), _connector='OR'), models.Q(('reached', None), ('reached__gte', 0), _connector='OR')), name='project_result_from_zero')],
            },
        ),
    ]
