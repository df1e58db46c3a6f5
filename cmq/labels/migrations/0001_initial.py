import cmq.core.partial_dates
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campuses', '0001_initial'),
        ('core', '0002_private_changes'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='LabelDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='constaté le')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='déduit par le registre')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('claimed_name', models.CharField(blank=True, max_length=250, verbose_name='nom donné par la source')),
                ('kind', models.CharField(choices=[('projet', 'En projet'), ('obtenu', 'Label obtenu'), ('renouvele', 'Label renouvelé'), ('excellence', 'Passage à l’excellence'), ('prolonge', 'Prolongation du label'), ('suspendu', 'Suspension du label'), ('retabli', 'Levée de la suspension'), ('renomme', 'Changement de nom'), ('perimetre', 'Changement de périmètre'), ('fusionne', 'Fusion'), ('non_renouvele', 'Renouvellement refusé'), ('retire', 'Retrait du label'), ('fin', 'Fin du label'), ('inaugure', 'Inauguration')], max_length=16, verbose_name='décision')),
                ('decided_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='date')),
                ('date_nature', models.CharField(choices=[('evenement', 'date de l’événement'), ('annonce', 'date de l’annonce'), ('debut_constate', 'début constaté'), ('constat', 'constaté au plus tard à cette date')], default='evenement', max_length=16, verbose_name='nature de la date')),
                ('category', models.CharField(blank=True, choices=[('cmq', 'Campus des métiers et des qualifications'), ('excellence', 'Campus d’excellence')], max_length=12, verbose_name='catégorie')),
                ('duration_years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée en années')),
                ('act', models.CharField(blank=True, max_length=200, verbose_name='acte')),
                ('nor', models.CharField(blank=True, max_length=12, validators=[django.core.validators.RegexValidator('^[A-Z]{4}\\d{7}[A-Z]$', 'Un NOR s’écrit comme MENE1925423A.')], verbose_name='numéro NOR')),
                ('signed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='signé le')),
                ('published_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='publié le')),
                ('notified_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='notifié le')),
                ('starts_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='prend effet le')),
                ('ends_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='prend fin le')),
                ('verification', models.CharField(choices=[('lu', 'lu dans la source'), ('repris', 'repris d’un relevé précédent')], default='lu', max_length=8, verbose_name='vérification')),
                ('is_void', models.BooleanField(default=False, verbose_name='annule la ligne corrigée')),
                ('void_reason', models.CharField(blank=True, max_length=300, verbose_name='motif de l’annulation')),
                ('campus', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='campuses.campus', verbose_name='campus')),
                ('corrects', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='labels.labeldecision', verbose_name='corrige')),
                ('filiere', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='reference.filiere', verbose_name='filière')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='reference.region', verbose_name='région')),
                ('same_event_as', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='other_dates', to='labels.labeldecision', verbose_name='même événement que')),
                ('sources', models.ManyToManyField(blank=True, related_name='+', to='core.source', verbose_name='sources')),
            ],
            options={
                'verbose_name': 'décision de label',
                'verbose_name_plural': 'décisions de label',
                'ordering': ['decided_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('campus__isnull', False), models.Q(('claimed_name', ''), _negated=True), _connector='OR'), name='decision_has_campus_or_name'), models.CheckConstraint(condition=models.Q(('duration_years', None), models.Q(('duration_years__gte', 1), ('duration_years__lte', 5)), _connector='OR'), name='decision_lasts_one_to_five_years'), models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='decision_ends_after_start'), models.CheckConstraint(condition=models.Q(('category__in', ['', 'cmq', 'excellence'])), name='decision_category_known'), models.CheckConstraint(condition=models.Q(models.Q(('is_void', False), ('void_reason', '')), models.Q(('corrects__isnull', False), ('is_void', True), models.Q(('void_reason', ''), _negated=True)), _connector='OR'), name='decision_void_corrects_with_reason')],
            },
        ),
        CreateModelAlone(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(blank=True, choices=[('cmq', 'Campus des métiers et des qualifications'), ('excellence', 'Campus d’excellence')], max_length=12, verbose_name='catégorie')),
                ('starts_from', models.DateField(verbose_name='commence au plus tôt le')),
                ('starts_by', models.DateField(verbose_name='commence au plus tard le')),
                ('ends_from', models.DateField(blank=True, null=True, verbose_name='dernier jour, au plus tôt')),
                ('ends_by', models.DateField(blank=True, null=True, verbose_name='dernier jour, au plus tard')),
                ('end_is_computed', models.BooleanField(default=False, verbose_name='fin calculée (date + durée)')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='campuses.campus', verbose_name='campus')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labels.labeldecision', verbose_name='fin ou retrait')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='label', to='labels.labeldecision', verbose_name='décision')),
                ('extended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labels.labeldecision', verbose_name='dernière prolongation')),
                ('not_renewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labels.labeldecision', verbose_name='refus de renouvellement')),
                ('original', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labels.labeldecision', verbose_name='première ligne de la décision')),
            ],
            options={
                'verbose_name': 'label',
                'verbose_name_plural': 'labels',
                'ordering': ['campus', 'starts_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_by__gte', models.F('starts_from'))), name='label_start_bounds'), models.CheckConstraint(condition=models.Q(('ends_from', None), ('ends_by', None), ('ends_by__gte', models.F('ends_from')), _connector='OR'), name='label_end_bounds'), models.CheckConstraint(condition=models.Q(('ends_by', None), ('ends_by__gte', models.F('starts_from')), _connector='OR'), name='label_ends_after_start'), models.UniqueConstraint(fields=('campus', 'starts_from'), name='label_one_per_start')],
            },
        ),
        CreateModelAlone(
            name='LabelSuspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_from', models.DateField(verbose_name='commence au plus tôt le')),
                ('starts_by', models.DateField(verbose_name='commence au plus tard le')),
                ('ends_from', models.DateField(blank=True, null=True, verbose_name='dernier jour, au plus tôt')),
                ('ends_by', models.DateField(blank=True, null=True, verbose_name='dernier jour, au plus tard')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='suspension', to='labels.labeldecision', verbose_name='décision')),
                ('label', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suspensions', to='labels.label', verbose_name='label')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='labels.labeldecision', verbose_name='levée')),
            ],
            options={
                'verbose_name': 'suspension',
                'verbose_name_plural': 'suspensions',
                'ordering': ['label', 'starts_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_by__gte', models.F('starts_from'))), name='suspension_start_bounds'), models.CheckConstraint(condition=models.Q(('ends_from', None), ('ends_by', None), ('ends_by__gte', models.F('ends_from')), _connector='OR'), name='suspension_end_bounds'), models.CheckConstraint(condition=models.Q(('ends_by', None), ('ends_by__gte', models.F('starts_from')), _connector='OR'), name='suspension_ends_after_start'), models.UniqueConstraint(fields=('label', 'starts_from'), name='suspension_one_per_start')],
            },
        ),
    ]
