import cmq.core.canonical
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('campuses', '0001_initial'),
        ('core', '0004_mail_taken'),
    ]

    operations = [
        CreateModelAlone(
            name='Indicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('family', models.CharField(choices=[('apprenants', 'Apprenants par statut'), ('offre', 'Offre'), ('partenaires', 'Partenaires'), ('public', 'Public et mobilités'), ('insertion', 'Insertion et suites')], max_length=16, verbose_name='famille')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('definition', models.TextField(max_length=1000, verbose_name='définition')),
                ('unit', models.CharField(max_length=30, verbose_name='unité')),
                ('sums', models.CharField(choices=[('somme', 'Somme'), ('moyenne', 'Moyenne simple des campus'), ('aucune', 'Ne s’additionne pas')], max_length=10, verbose_name='d’un territoire')),
                ('maximum', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='plus grande valeur')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'indicateur',
                'verbose_name_plural': 'indicateurs',
                'ordering': ['position'],
                'constraints': [models.CheckConstraint(condition=models.Q(('definition', ''), _negated=True), name='indicator_has_definition'), models.CheckConstraint(condition=models.Q(('unit', ''), _negated=True), name='indicator_has_unit')],
            },
        ),
        CreateModelAlone(
            name='IndicatorValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2010), django.core.validators.MaxValueValidator(2100)], verbose_name='année')),
                ('number', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='valeur')),
                ('is_joint', models.BooleanField(default=False, verbose_name='commune à plusieurs campus')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='précision')),
                ('proof_url', models.URLField(blank=True, max_length=600, verbose_name='adresse de la preuve')),
                ('proof', models.FileField(blank=True, max_length=200, upload_to='preuves/%Y/%m/', verbose_name='document de preuve')),
                ('proof_name', models.CharField(blank=True, max_length=150, verbose_name='nom du document')),
                ('proof_size', models.PositiveBigIntegerField(default=0, verbose_name='taille du document')),
                ('stated_at', models.DateTimeField(verbose_name='dite le')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='motif de la correction')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='remplacée ou retirée le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='indicator_values', to='campuses.campus', verbose_name='campus')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='values', to='evidence.indicator', verbose_name='indicateur')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replaced_by', to='evidence.indicatorvalue', verbose_name='corrige')),
                ('stated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dite par')),
            ],
            options={
                'verbose_name': 'valeur d’un indicateur',
                'verbose_name_plural': 'valeurs des indicateurs',
                'ordering': ['-year', 'indicator__position', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('indicator', 'campus', 'year', 'is_joint'), name='indicator_value_once_a_year'), models.CheckConstraint(condition=models.Q(('number', None), ('number__gte', 0), _connector='OR'), name='indicator_value_from_zero'), models.CheckConstraint(condition=models.Q(('number__isnull', False), models.Q(('note', ''), _negated=True), _connector='OR'), name='indicator_value_unknown_says_why'), models.CheckConstraint(condition=models.Q(('replaces', None), models.Q(('reason', ''), _negated=True), _connector='OR'), name='indicator_value_correction_says_why'), models.CheckConstraint(condition=models.Q(('year__gte', 2010), ('year__lte', 2100)), name='indicator_value_year_in_range'), models.CheckConstraint(condition=models.Q(models.Q(('proof', ''), ('proof_name', '')), models.Q(models.Q(('proof', ''), _negated=True), models.Q(('proof_name', ''), _negated=True)), _connector='OR'), name='indicator_value_proof_has_name')],
            },
        ),
        CreateModelAlone(
            name='ValueShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmé le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='value_shares', to='campuses.campus', verbose_name='campus')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmé par')),
                ('value', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='evidence.indicatorvalue', verbose_name='valeur')),
            ],
            options={
                'verbose_name': 'campus d’une valeur commune',
                'verbose_name_plural': 'campus des valeurs communes',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('value', 'campus'), name='indicator_value_shared_once')],
            },
        ),
        CreateModelAlone(
            name='AnnualReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2010), django.core.validators.MaxValueValidator(2100)], verbose_name='année')),
                ('introduction', models.TextField(blank=True, max_length=5000, verbose_name='introduction')),
                ('conclusion', models.TextField(blank=True, max_length=5000, verbose_name='conclusion')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='publié le')),
                ('snapshot', cmq.core.canonical.CanonicalJSONField(blank=True, null=True, verbose_name='contenu figé')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='annual_reports', to='campuses.campus', verbose_name='campus')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='publié par')),
            ],
            options={
                'verbose_name': 'rapport annuel',
                'verbose_name_plural': 'rapports annuels',
                'ordering': ['-year'],
                'constraints': [models.UniqueConstraint(fields=('campus', 'year'), name='annual_report_once_a_year'), models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('snapshot', None)), models.Q(('published_at__isnull', False), ('snapshot__isnull', False)), _connector='OR'), name='annual_report_published_is_frozen'), models.CheckConstraint(condition=models.Q(('year__gte', 2010), ('year__lte', 2100)), name='annual_report_year_in_range')],
            },
        ),
    ]
