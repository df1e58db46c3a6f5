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
        ('organisations', '0002_roles_of_the_procedure'),
    ]

    operations = [
        CreateModelAlone(
            name='FundingAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('region', 'Région'), ('etat', 'État'), ('cnsa', 'Caisse nationale de solidarité pour l’autonomie (CNSA)'), ('europe', 'Fonds européens'), ('france_2030', 'France 2030'), ('opco', 'Opérateur de compétences (OPCO)'), ('caisse_des_depots', 'Caisse des dépôts'), ('propres', 'Ressources propres'), ('autre', 'Autre financeur')], max_length=20, verbose_name='sorte de financeur')),
                ('funder_name', models.CharField(blank=True, max_length=200, verbose_name='financeur')),
                ('scheme', models.CharField(blank=True, max_length=200, verbose_name='dispositif')),
                ('reference', models.CharField(blank=True, max_length=100, verbose_name='référence')),
                ('purpose', models.TextField(max_length=2000, verbose_name='ce que cela paie')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='signée le')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='début')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='fin')),
                ('granted_total', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='montant total accordé')),
                ('is_public', models.BooleanField(default=False, verbose_name='montrée à tous')),
                ('document', models.FileField(blank=True, max_length=200, upload_to='financements/%Y/%m/', verbose_name='document')),
                ('document_name', models.CharField(blank=True, max_length=150, verbose_name='nom du document')),
                ('document_size', models.PositiveBigIntegerField(default=0, verbose_name='taille du document')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='campuses.campus', verbose_name='campus')),
                ('funder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='organisations.organisation', verbose_name='organisation qui finance')),
            ],
            options={
                'verbose_name': 'convention de financement',
                'verbose_name_plural': 'conventions de financement',
                'ordering': ['kind', '-starts_on', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose', ''), _negated=True), name='agreement_says_what_it_pays'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('starts_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='agreement_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('granted_total', None), ('granted_total__gte', 0), _connector='OR'), name='agreement_total_from_zero'), models.CheckConstraint(condition=models.Q(models.Q(('document', ''), ('document_name', '')), models.Q(models.Q(('document', ''), _negated=True), models.Q(('document_name', ''), _negated=True)), _connector='OR'), name='agreement_document_has_name')],
            },
        ),
        CreateModelAlone(
            name='AgreementShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmé le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreement_shares', to='campuses.campus', verbose_name='campus')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmé par')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='funding.fundingagreement', verbose_name='convention')),
            ],
            options={
                'verbose_name': 'campus d’une convention commune',
                'verbose_name_plural': 'campus des conventions communes',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'campus'), name='agreement_shared_once')],
            },
        ),
        CreateModelAlone(
            name='FundingLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2010), django.core.validators.MaxValueValidator(2100)], verbose_name='année')),
                ('requested', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='demandé')),
                ('granted', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='accordé')),
                ('paid', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='versé')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='explication')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='funding.fundingagreement', verbose_name='convention')),
            ],
            options={
                'verbose_name': 'année d’une convention',
                'verbose_name_plural': 'années des conventions',
                'ordering': ['year'],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'year'), name='funding_line_once_a_year'), models.CheckConstraint(condition=models.Q(('year__gte', 2010), ('year__lte', 2100)), name='funding_line_year_in_range'), models.CheckConstraint(condition=models.Q(('requested', None), ('requested__gte', 0), _connector='OR'), name='funding_line_requested_from_zero'), models.CheckConstraint(condition=models.Q(('granted', None), ('granted__gte', 0), _connector='OR'), name='funding_line_granted_from_zero'), models.CheckConstraint(condition=models.Q(('paid', None), ('paid__gte', 0), _connector='OR'), name='funding_line_paid_from_zero'), models.CheckConstraint(condition=models.Q(('requested__isnull', False), ('granted__isnull', False), ('paid__isnull', False), _connector='OR'), name='funding_line_says_an_amount'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), ('paid', None), ('granted', None), ('paid__lte', models.F('granted')), _connector='OR'), name='funding_line_paid_within_granted'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), ('granted', None), ('requested', None), ('granted__lte', models.F('requested')), _connector='OR'), name='funding_line_granted_within_requested')],
            },
        ),
        CreateModelAlone(
            name='SpendingYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2010), django.core.validators.MaxValueValidator(2100)], verbose_name='année')),
                ('planned_total', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='total prévu')),
                ('actual_total', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='total dépensé')),
                ('note', models.TextField(blank=True, max_length=1000, verbose_name='remarque')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spending_years', to='campuses.campus', verbose_name='campus')),
            ],
            options={
                'verbose_name': 'budget d’une année',
                'verbose_name_plural': 'budgets par année',
                'ordering': ['-year'],
                'constraints': [models.UniqueConstraint(fields=('campus', 'year'), name='spending_year_once'), models.CheckConstraint(condition=models.Q(('year__gte', 2010), ('year__lte', 2100)), name='spending_year_in_range'), models.CheckConstraint(condition=models.Q(('planned_total', None), ('planned_total__gte', 0), _connector='OR'), name='spending_planned_total_from_zero'), models.CheckConstraint(condition=models.Q(('actual_total', None), ('actual_total__gte', 0), _connector='OR'), name='spending_actual_total_from_zero')],
            },
        ),
        CreateModelAlone(
            name='SpendingLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading', models.CharField(choices=[('personnel', 'Personnel'), ('equipement', 'Équipement'), ('prestations', 'Prestations et sous-traitance'), ('deplacements', 'Déplacements'), ('locaux', 'Locaux'), ('communication', 'Communication et événements'), ('autres', 'Autres dépenses')], max_length=16, verbose_name='poste')),
                ('planned', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='prévu')),
                ('actual', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='dépensé')),
                ('budget', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='funding.spendingyear', verbose_name='budget')),
            ],
            options={
                'verbose_name': 'poste de dépense',
                'verbose_name_plural': 'postes de dépense',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('budget', 'heading'), name='spending_heading_once'), models.CheckConstraint(condition=models.Q(('planned__isnull', False), ('actual__isnull', False), _connector='OR'), name='spending_line_says_an_amount'), models.CheckConstraint(condition=models.Q(('planned', None), ('planned__gte', 0), _connector='OR'), name='spending_line_planned_from_zero'), models.CheckConstraint(condition=models.Q(('actual', None), ('actual__gte', 0), _connector='OR'), name='spending_line_actual_from_zero')],
            },
        ),
    ]
