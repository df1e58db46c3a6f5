import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('applications', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('campuses', '0001_initial'),
        ('organisations', '0002_roles_of_the_procedure'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Expert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('economique', 'Monde économique'), ('etat', 'État'), ('collectivites', 'Collectivités')], max_length=16, verbose_name='côté')),
                ('most_files', models.PositiveSmallIntegerField(default=5, verbose_name='dossiers au plus')),
                ('is_available', models.BooleanField(default=True, verbose_name='disponible')),
                ('employer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='experts', to='organisations.organisation', verbose_name='employeur')),
                ('filieres', models.ManyToManyField(blank=True, related_name='experts', to='reference.filiere', verbose_name='filières connues')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='expert', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='experts', to='reference.region', verbose_name='région d’exercice')),
            ],
            options={
                'verbose_name': 'expert',
                'verbose_name_plural': 'experts',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('side__in', ['economique', 'etat', 'collectivites'])), name='expert_side_known'), models.CheckConstraint(condition=models.Q(('most_files__gte', 1)), name='expert_takes_one_file_at_least')],
            },
        ),
        CreateModelAlone(
            name='DeclaredConflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='lien')),
                ('declared_at', models.DateTimeField(verbose_name='déclaré le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campuses.campus', verbose_name='campus')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='conflicts', to='expertise.expert', verbose_name='expert')),
            ],
            options={
                'verbose_name': 'conflit d’intérêts déclaré',
                'verbose_name_plural': 'conflits d’intérêts déclarés',
                'ordering': ['declared_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('expert', 'campus'), name='conflict_declared_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='conflict_says_why')],
            },
        ),
        CreateModelAlone(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='tour')),
                ('state', models.CharField(choices=[('attente', 'À examiner'), ('rendue', 'Rendue'), ('abstention', 'Abstention'), ('recuse', 'Récusé')], default='attente', max_length=12, verbose_name='état')),
                ('due_on', models.DateField(verbose_name='à rendre pour le')),
                ('assigned_at', models.DateTimeField(verbose_name='confié le')),
                ('request', models.TextField(blank=True, verbose_name='ce qui est demandé')),
                ('handed_in_at', models.DateTimeField(blank=True, null=True, verbose_name='rendu le')),
                ('advice', models.CharField(blank=True, choices=[('accorder', 'Accorder'), ('plus_court', 'Accorder pour une durée plus courte'), ('ajourner', 'Ajourner'), ('refuser', 'Refuser')], max_length=12, verbose_name='proposition')),
                ('comment', models.TextField(blank=True, verbose_name='synthèse')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='motif')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='applications.labelapplication', verbose_name='dossier')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='expertise.expert', verbose_name='expert')),
            ],
            options={
                'verbose_name': 'expertise confiée',
                'verbose_name_plural': 'expertises confiées',
                'ordering': ['application', 'round', 'pk'],
                'indexes': [models.Index(fields=['expert', 'state'], name='assignment_desk')],
                'constraints': [models.UniqueConstraint(fields=('application', 'expert', 'round'), name='assignment_once_per_round'), models.CheckConstraint(condition=models.Q(('round__gte', 1)), name='assignment_round_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'rendue'), _negated=True), models.Q(('handed_in_at__isnull', False), models.Q(('advice', ''), _negated=True)), _connector='OR'), name='assignment_handed_in_is_dated_and_advises'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['abstention', 'recuse']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='assignment_given_up_says_why'), models.CheckConstraint(condition=models.Q(('state__in', ['attente', 'rendue', 'abstention', 'recuse'])), name='assignment_state_known'), models.CheckConstraint(condition=models.Q(('advice__in', ['', 'accorder', 'plus_court', 'ajourner', 'refuser'])), name='assignment_advice_known')],
            },
        ),
        CreateModelAlone(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='motif')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='expertise.assignment', verbose_name='expertise')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.criterion', verbose_name='critère')),
                ('level', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.gridlevel', verbose_name='niveau')),
            ],
            options={
                'verbose_name': 'note d’un critère',
                'verbose_name_plural': 'notes des critères',
                'ordering': ['criterion__number'],
                'constraints': [models.UniqueConstraint(fields=('assignment', 'criterion'), name='mark_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='mark_gives_a_reason')],
            },
        ),
        CreateModelAlone(
            name='RequirementMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_met', models.BooleanField(blank=True, null=True, verbose_name='tenue')),
                ('reason', models.TextField(verbose_name='motif')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requirement_marks', to='expertise.assignment', verbose_name='expertise')),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.excellencerequirement', verbose_name='exigence')),
            ],
            options={
                'verbose_name': 'note d’une exigence d’excellence',
                'verbose_name_plural': 'notes des exigences d’excellence',
                'ordering': ['requirement__number'],
                'constraints': [models.UniqueConstraint(fields=('assignment', 'requirement'), name='requirement_mark_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='requirement_mark_gives_a_reason')],
            },
        ),
    ]
