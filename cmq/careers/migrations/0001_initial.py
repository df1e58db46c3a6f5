import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('core', '0004_mail_taken'),
    ]

    operations = [
        CreateModelAlone(
            name='Occupation',
            fields=[
                ('code', models.CharField(max_length=5, primary_key=True, serialize=False, verbose_name='code ROME')),
                ('title', models.CharField(max_length=250, verbose_name='intitulé')),
                ('slug', models.SlugField(max_length=90, unique=True, verbose_name='adresse')),
                ('folded_title', models.CharField(db_index=True, editable=False, max_length=250, verbose_name='intitulé simplifié')),
                ('definition', models.TextField(blank=True, verbose_name='définition')),
                ('access', models.TextField(blank=True, verbose_name='accès au métier')),
                ('is_regulated', models.BooleanField(blank=True, null=True, verbose_name='emploi réglementé')),
                ('is_executive', models.BooleanField(blank=True, null=True, verbose_name='emploi cadre')),
                ('green_transition', models.CharField(blank=True, max_length=120, verbose_name='transition écologique')),
                ('digital_transition', models.BooleanField(blank=True, null=True, verbose_name='transition numérique')),
                ('ageing_transition', models.BooleanField(blank=True, null=True, verbose_name='transition démographique')),
                ('is_obsolete', models.BooleanField(default=False, verbose_name='sorti du répertoire')),
                ('loaded_on', models.DateField(blank=True, null=True, verbose_name='chargé le')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='careers.occupation', verbose_name='métier de rattachement')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'métier',
                'verbose_name_plural': 'métiers',
                'ordering': ['title', 'code'],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('code'), 5), name='occupation_code_has_five_signs'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('slug', ''), _negated=True)), name='occupation_is_named')],
            },
        ),
        CreateModelAlone(
            name='JobTitle',
            fields=[
                ('ogr_code', models.CharField(max_length=7, primary_key=True, serialize=False, verbose_name='code OGR')),
                ('long_name', models.CharField(max_length=300, verbose_name='libellé long')),
                ('short_name', models.CharField(blank=True, max_length=300, verbose_name='libellé court')),
                ('folded_name', models.CharField(db_index=True, editable=False, max_length=300, verbose_name='libellé simplifié')),
                ('is_main', models.BooleanField(default=False, verbose_name='appellation principale')),
                ('occupation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='titles', to='careers.occupation', verbose_name='métier')),
            ],
            options={
                'verbose_name': 'appellation',
                'verbose_name_plural': 'appellations',
                'ordering': ['long_name', 'ogr_code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('long_name', ''), _negated=True), name='job_title_is_named')],
            },
        ),
        CreateModelAlone(
            name='OccupationLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('proche', 'Métier proche'), ('envisageable', 'Évolution envisageable')], max_length=12, verbose_name='nature')),
                ('origin', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='careers.occupation', verbose_name='métier')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='careers.occupation', verbose_name='autre métier')),
            ],
            options={
                'verbose_name': 'mobilité',
                'verbose_name_plural': 'mobilités',
                'ordering': ['kind', 'target'],
                'constraints': [models.UniqueConstraint(fields=('origin', 'target', 'kind'), name='occupation_link_once'), models.CheckConstraint(condition=models.Q(('origin', models.F('target')), _negated=True), name='occupation_link_to_another'), models.CheckConstraint(condition=models.Q(('kind__in', ['proche', 'envisageable'])), name='occupation_link_kind_known')],
            },
        ),
        CreateModelAlone(
            name='OccupationNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='texte')),
                ('written_at', models.DateTimeField(verbose_name='écrit le')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('occupation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='own_text', to='careers.occupation', verbose_name='métier')),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='écrit par')),
            ],
            options={
                'verbose_name': 'texte de la rédaction sur un métier',
                'verbose_name_plural': 'textes de la rédaction sur les métiers',
                'ordering': ['occupation'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='occupation_note_has_text')],
            },
        ),
        CreateModelAlone(
            name='OccupationTrait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('savoir_faire', 'Savoir-faire'), ('savoir', 'Savoirs'), ('savoir_etre', 'Savoir-être professionnels'), ('contexte', 'Contextes de travail'), ('secteur', 'Secteurs d’activité')], max_length=12, verbose_name='nature')),
                ('group', models.CharField(blank=True, max_length=200, verbose_name='rubrique')),
                ('name', models.CharField(max_length=300, verbose_name='libellé')),
                ('is_core', models.BooleanField(default=False, verbose_name='cœur de métier')),
                ('naf_division', models.CharField(blank=True, max_length=2, verbose_name='division NAF')),
                ('occupation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='traits', to='careers.occupation', verbose_name='métier')),
            ],
            options={
                'verbose_name': 'trait d’un métier',
                'verbose_name_plural': 'traits des métiers',
                'ordering': ['kind', 'group', 'name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['savoir_faire', 'savoir', 'savoir_etre', 'contexte', 'secteur'])), name='trait_kind_known'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='trait_is_named'), models.UniqueConstraint(fields=('occupation', 'kind', 'group', 'name'), name='trait_once')],
            },
        ),
    ]
