import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('campuses', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('besoin', 'Besoin'), ('offre', 'Offre')], max_length=8, verbose_name='nature')),
                ('topic', models.CharField(choices=[('formation', 'Formation ou module'), ('competence', 'Compétence ou intervenant'), ('equipement', 'Équipement ou plateau technique'), ('lieu', 'Lieu ou hébergement'), ('projet', 'Projet à mener ensemble'), ('financement', 'Financement ou appel à projets'), ('autre', 'Autre')], max_length=12, verbose_name='sujet')),
                ('title', models.CharField(max_length=150, verbose_name='titre')),
                ('text', models.TextField(max_length=3000, verbose_name='texte')),
                ('audience', models.CharField(blank=True, choices=[('scolaires', 'Élèves'), ('etudiants', 'Étudiants'), ('apprentis', 'Apprentis'), ('salaries', 'Salariés'), ('demandeurs_emploi', 'Demandeurs d’emploi'), ('ifas_ifsi', 'Stagiaires d’IFAS et d’IFSI'), ('enseignants', 'Enseignants et formateurs'), ('entreprises', 'Entreprises'), ('grand_public', 'Grand public')], max_length=20, verbose_name='public')),
                ('rncp', models.CharField(blank=True, max_length=12, verbose_name='code RNCP')),
                ('rome', models.CharField(blank=True, max_length=5, verbose_name='code ROME')),
                ('posted_at', models.DateTimeField(verbose_name='publié le')),
                ('expires_at', models.DateTimeField(verbose_name='jusqu’au')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='clos le')),
                ('outcome', models.CharField(blank=True, max_length=300, verbose_name='suite')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='campuses.campus', verbose_name='campus')),
                ('posted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='publié par')),
            ],
            options={
                'verbose_name': 'besoin ou offre',
                'verbose_name_plural': 'besoins et offres',
                'ordering': ['-posted_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='notice_says_something'), models.CheckConstraint(condition=models.Q(('kind__in', ['besoin', 'offre'])), name='notice_kind_known'), models.CheckConstraint(condition=models.Q(('topic__in', ['formation', 'competence', 'equipement', 'lieu', 'projet', 'financement', 'autre'])), name='notice_topic_known'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('posted_at'))), name='notice_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('closed_at', None), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='notice_closed_says_why')],
            },
        ),
        CreateModelAlone(
            name='NoticeAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=3000, verbose_name='réponse')),
                ('answered_at', models.DateTimeField(verbose_name='répondu le')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='répondu par')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_answers', to='campuses.campus', verbose_name='campus')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='complements.notice', verbose_name='besoin ou offre')),
            ],
            options={
                'verbose_name': 'réponse à un besoin ou une offre',
                'verbose_name_plural': 'réponses aux besoins et aux offres',
                'ordering': ['answered_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='notice_answer_says_something')],
            },
        ),
        CreateModelAlone(
            name='Dismissal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='motif')),
                ('dismissed_at', models.DateTimeField(verbose_name='écarté le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dismissals', to='campuses.campus', verbose_name='campus')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campuses.campus', verbose_name='campus écarté')),
            ],
            options={
                'verbose_name': 'complémentarité écartée',
                'verbose_name_plural': 'complémentarités écartées',
                'ordering': ['other__name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('campus', 'other'), name='dismissal_once'), models.CheckConstraint(condition=models.Q(('campus', models.F('other')), _negated=True), name='dismissal_of_another'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='dismissal_has_reason')],
            },
        ),
    ]
