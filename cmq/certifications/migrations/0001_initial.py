import django.db.models.deletion
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('careers', '0001_initial'),
        ('core', '0004_mail_taken'),
    ]

    operations = [
        CreateModelAlone(
            name='Certification',
            fields=[
                ('code', models.CharField(max_length=10, primary_key=True, serialize=False, verbose_name='numéro de fiche')),
                ('title', models.CharField(max_length=500, verbose_name='intitulé')),
                ('folded_title', models.CharField(editable=False, max_length=500, verbose_name='intitulé simplifié')),
                ('short_kind', models.CharField(blank=True, max_length=60, verbose_name='sorte, en abrégé')),
                ('kind', models.CharField(blank=True, max_length=200, verbose_name='sorte')),
                ('level', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='niveau')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('registration', models.CharField(blank=True, max_length=60, verbose_name='enregistrement')),
                ('effective_on', models.DateField(blank=True, null=True, verbose_name='date d’effet')),
                ('registered_until', models.DateField(blank=True, null=True, verbose_name='enregistrée jusqu’au')),
                ('activities', models.TextField(blank=True, verbose_name='activités visées')),
                ('abilities', models.TextField(blank=True, verbose_name='compétences attestées')),
                ('sectors', models.TextField(blank=True, verbose_name='secteurs d’activité')),
                ('jobs', models.TextField(blank=True, verbose_name='emplois accessibles')),
                ('certifiers', models.JSONField(default=list, verbose_name='certificateurs')),
                ('nsf_codes', models.JSONField(default=list, verbose_name='codes NSF')),
                ('formacodes', models.JSONField(default=list, verbose_name='Formacodes')),
                ('blocks', models.JSONField(default=list, verbose_name='blocs de compétences')),
                ('ways', models.JSONField(default=list, verbose_name='voies d’accès')),
                ('loaded_on', models.DateField(blank=True, null=True, verbose_name='chargée le')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'certification',
                'verbose_name_plural': 'certifications',
                'ordering': ['title', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__startswith', 'RNCP'), ('code__startswith', 'RS'), _connector='OR'), name='certification_is_rncp_or_rs'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='certification_has_title'), models.CheckConstraint(condition=models.Q(('level', None), ('level__range', (1, 8)), _connector='OR'), name='certification_level_known')],
            },
        ),
        CreateModelAlone(
            name='CertificationOccupation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('certification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occupation_links', to='certifications.certification', verbose_name='certification')),
                ('occupation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certification_links', to='careers.occupation', verbose_name='métier')),
            ],
            options={
                'verbose_name': 'métier d’une certification',
                'verbose_name_plural': 'métiers des certifications',
                'ordering': ['certification', 'occupation'],
                'constraints': [models.UniqueConstraint(fields=('certification', 'occupation'), name='certification_occupation_once')],
            },
        ),
        CreateModelAlone(
            name='CertificationSuccession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_code', models.CharField(db_index=True, max_length=10, verbose_name='ancienne fiche')),
                ('new_code', models.CharField(db_index=True, max_length=10, verbose_name='nouvelle fiche')),
            ],
            options={
                'verbose_name': 'remplacement d’une certification',
                'verbose_name_plural': 'remplacements de certifications',
                'ordering': ['old_code', 'new_code'],
                'constraints': [models.UniqueConstraint(fields=('old_code', 'new_code'), name='succession_once'), models.CheckConstraint(condition=models.Q(('old_code', models.F('new_code')), _negated=True), name='succession_by_another')],
            },
        ),
        CreateModelAlone(
            name='Diploma',
            fields=[
                ('code', models.CharField(max_length=12, primary_key=True, serialize=False, verbose_name='code Certif-Info')),
                ('title', models.CharField(max_length=500, verbose_name='intitulé')),
                ('folded_title', models.CharField(editable=False, max_length=500, verbose_name='intitulé simplifié')),
                ('kind', models.CharField(blank=True, max_length=200, verbose_name='type de diplôme')),
                ('level', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='niveau')),
                ('rncp_code', models.CharField(blank=True, db_index=True, max_length=10, verbose_name='fiche RNCP')),
                ('rs_code', models.CharField(blank=True, max_length=10, verbose_name='fiche RS')),
                ('cfd_code', models.CharField(blank=True, db_index=True, max_length=8, verbose_name='code scolarité')),
                ('formacode', models.CharField(blank=True, max_length=5, verbose_name='Formacode')),
                ('nsf_code', models.CharField(blank=True, max_length=6, verbose_name='code NSF')),
                ('onisep_code', models.CharField(blank=True, max_length=20, verbose_name='code Onisep')),
                ('rome_codes', models.JSONField(default=list, verbose_name='codes ROME')),
                ('status', models.CharField(blank=True, max_length=120, verbose_name='état')),
                ('last_session_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='dernière session')),
                ('loaded_on', models.DateField(blank=True, null=True, verbose_name='chargé le')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'diplôme',
                'verbose_name_plural': 'diplômes',
                'ordering': ['title', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='diploma_has_title'), models.CheckConstraint(condition=models.Q(('level', None), ('level__range', (1, 8)), _connector='OR'), name='diploma_row_level_known')],
            },
        ),
    ]
