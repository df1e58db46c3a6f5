import cmq.core.partial_dates
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('core', '0002_private_changes'),
        ('organisations', '0002_roles_of_the_procedure'),
    ]

    operations = [
        CreateModelAlone(
            name='College',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='intitulé')),
                ('version', models.CharField(max_length=40, unique=True, verbose_name='version')),
                ('parity', models.CharField(blank=True, choices=[('', 'Aucune règle'), ('moitie', 'Autant du monde économique que de l’État et des collectivités')], max_length=8, verbose_name='parité')),
                ('quorum_percent', models.PositiveSmallIntegerField(default=50, verbose_name='quorum, en % des sièges pourvus')),
                ('has_casting_vote', models.BooleanField(default=True, verbose_name='voix prépondérante du président')),
                ('note', models.TextField(blank=True, verbose_name='ce qui reste incertain')),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='figé le')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'collège des autorités',
                'verbose_name_plural': 'collèges des autorités',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('quorum_percent__gte', 1), ('quorum_percent__lte', 100)), name='college_quorum_is_a_percentage'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('version', ''), _negated=True)), name='college_is_named')],
            },
        ),
        CreateModelAlone(
            name='Authority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('name', models.CharField(max_length=250, verbose_name='nom')),
                ('side', models.CharField(choices=[('economique', 'Monde économique'), ('etat', 'État'), ('collectivites', 'Collectivités')], max_length=16, verbose_name='côté')),
                ('signs', models.BooleanField(default=True, verbose_name='signe la décision conjointe')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='organisation')),
                ('college', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='authorities', to='campaigns.college', verbose_name='collège')),
            ],
            options={
                'verbose_name': 'autorité',
                'verbose_name_plural': 'autorités',
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('college', 'name'), name='authority_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='authority_has_name'), models.CheckConstraint(condition=models.Q(('side__in', ['economique', 'etat', 'collectivites'])), name='authority_side_known')],
            },
        ),
        CreateModelAlone(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('presides', models.BooleanField(default=False, verbose_name='préside le collège')),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='campaigns.authority', verbose_name='autorité')),
            ],
            options={
                'verbose_name': 'siège',
                'verbose_name_plural': 'sièges',
                'ordering': ['authority__position', 'number'],
                'constraints': [models.UniqueConstraint(fields=('authority', 'number'), name='seat_once')],
            },
        ),
        CreateModelAlone(
            name='SeatHolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_deputy', models.BooleanField(default=False, verbose_name='suppléant')),
                ('starts_on', models.DateField(verbose_name='depuis le')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='remplacé le')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holders', to='campaigns.seat', verbose_name='siège')),
            ],
            options={
                'verbose_name': 'titulaire ou suppléant',
                'verbose_name_plural': 'titulaires et suppléants',
                'ordering': ['seat', 'is_deputy', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('seat', 'is_deputy'), name='seat_holder_one'), models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('seat', 'person'), name='seat_person_once'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='seat_holder_ends_after_start')],
            },
        ),
        CreateModelAlone(
            name='Specification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='intitulé')),
                ('version', models.CharField(max_length=40, unique=True, verbose_name='version')),
                ('act', models.CharField(blank=True, max_length=200, verbose_name='acte')),
                ('nor', models.CharField(blank=True, max_length=12, verbose_name='numéro NOR')),
                ('signed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='signé le')),
                ('note', models.TextField(blank=True, verbose_name='ce qui reste incertain')),
                ('frozen_at', models.DateTimeField(blank=True, null=True, verbose_name='figé le')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'cahier des charges',
                'verbose_name_plural': 'cahiers des charges',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('version', ''), _negated=True)), name='specification_is_named')],
            },
        ),
        CreateModelAlone(
            name='GridLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('title', models.CharField(max_length=80, verbose_name='intitulé')),
                ('meaning', models.CharField(blank=True, max_length=300, verbose_name='sens')),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='levels', to='campaigns.specification', verbose_name='cahier des charges')),
            ],
            options={
                'verbose_name': 'niveau de la grille',
                'verbose_name_plural': 'niveaux de la grille',
                'ordering': ['rank'],
                'constraints': [models.UniqueConstraint(fields=('specification', 'rank'), name='grid_level_once')],
            },
        ),
        CreateModelAlone(
            name='ExpectedDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('title', models.CharField(max_length=200, verbose_name='intitulé')),
                ('is_required', models.BooleanField(default=True, verbose_name='obligatoire')),
                ('for_label_holders_only', models.BooleanField(default=False, verbose_name='seulement après un premier label')),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='campaigns.specification', verbose_name='cahier des charges')),
            ],
            options={
                'verbose_name': 'pièce attendue',
                'verbose_name_plural': 'pièces attendues',
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('specification', 'position'), name='expected_document_once')],
            },
        ),
        CreateModelAlone(
            name='ExcellenceRequirement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('title', models.CharField(max_length=300, verbose_name='intitulé')),
                ('guidance', models.TextField(blank=True, verbose_name='ce qui est attendu')),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requirements', to='campaigns.specification', verbose_name='cahier des charges')),
            ],
            options={
                'verbose_name': 'exigence d’excellence',
                'verbose_name_plural': 'exigences d’excellence',
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('specification', 'number'), name='requirement_number_once'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='requirement_has_title')],
            },
        ),
        CreateModelAlone(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('title', models.CharField(max_length=300, verbose_name='intitulé')),
                ('family', models.CharField(blank=True, choices=[('objectifs', 'Objectifs stratégiques'), ('reseau', 'Organisation du réseau'), ('pedagogie', 'Projet pédagogique'), ('', 'Famille à vérifier')], max_length=12, verbose_name='famille')),
                ('family_is_deduced', models.BooleanField(default=False, verbose_name='famille déduite')),
                ('is_incomplete', models.BooleanField(default=False, verbose_name='intitulé incomplet dans la source')),
                ('guidance', models.TextField(blank=True, verbose_name='ce qui est attendu')),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='campaigns.specification', verbose_name='cahier des charges')),
            ],
            options={
                'verbose_name': 'critère',
                'verbose_name_plural': 'critères',
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('specification', 'number'), name='criterion_number_once'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='criterion_has_title')],
            },
        ),
        CreateModelAlone(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='intitulé')),
                ('slug', models.SlugField(max_length=100, unique=True, verbose_name='adresse')),
                ('state', models.CharField(choices=[('preparee', 'En préparation'), ('ouverte', 'Ouverte'), ('close', 'Close')], default='preparee', max_length=10, verbose_name='état')),
                ('is_rolling', models.BooleanField(default=False, verbose_name='dépôt permanent')),
                ('publishes_together', models.BooleanField(default=True, verbose_name='publication commune des décisions')),
                ('opens_at', models.DateTimeField(verbose_name='ouverture du dépôt')),
                ('submission_until', models.DateTimeField(blank=True, null=True, verbose_name='fin du dépôt')),
                ('admissibility_until', models.DateTimeField(blank=True, null=True, verbose_name='fin de la recevabilité')),
                ('opinions_until', models.DateTimeField(blank=True, null=True, verbose_name='fin des avis')),
                ('expertise_until', models.DateTimeField(blank=True, null=True, verbose_name='fin de l’expertise')),
                ('deliberation_until', models.DateTimeField(blank=True, null=True, verbose_name='fin de la délibération')),
                ('signature_until', models.DateTimeField(blank=True, null=True, verbose_name='fin de la signature')),
                ('publication_until', models.DateTimeField(blank=True, null=True, verbose_name='fin de la publication')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('college', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='campaigns.college', verbose_name='collège')),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='campaigns.specification', verbose_name='cahier des charges')),
            ],
            options={
                'verbose_name': 'campagne',
                'verbose_name_plural': 'campagnes',
                'ordering': ['-opens_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='campaign_has_title'), models.CheckConstraint(condition=models.Q(models.Q(('admissibility_until', None), ('deliberation_until', None), ('expertise_until', None), ('is_rolling', True), ('opinions_until', None), ('publication_until', None), ('signature_until', None), ('submission_until', None)), models.Q(('admissibility_until__isnull', False), ('deliberation_until__isnull', False), ('expertise_until__isnull', False), ('is_rolling', False), ('opinions_until__isnull', False), ('publication_until__isnull', False), ('signature_until__isnull', False), ('submission_until__isnull', False)), _connector='OR'), name='campaign_has_all_phases_or_rolls'), models.CheckConstraint(condition=models.Q(('is_rolling', True), ('submission_until__gt', models.F('opens_at')), _connector='OR'), name='campaign_submission_until_in_order'), models.CheckConstraint(condition=models.Q(('is_rolling', True), ('admissibility_until__gt', models.F('submission_until')), _connector='OR'), name='campaign_admissibility_until_in_order'), models.CheckConstraint(condition=models.Q(('is_rolling', True), ('opinions_until__gt', models.F('admissibility_until')), _connector='OR'), name='campaign_opinions_until_in_order'), models.CheckConstraint(condition=models.Q(('is_rolling', True), ('expertise_until__gt', models.F('opinions_until')), _connector='OR'), name='campaign_expertise_until_in_order'), models.CheckConstraint(condition=models.Q(('is_rolling', True), ('deliberation_until__gt', models.F('expertise_until')), _connector='OR'), name='campaign_deliberation_until_in_order'), models.CheckConstraint(condition=models.Q(('is_rolling', True), ('signature_until__gt', models.F('deliberation_until')), _connector='OR'), name='campaign_signature_until_in_order'), models.CheckConstraint(condition=models.Q(('is_rolling', True), ('publication_until__gt', models.F('signature_until')), _connector='OR'), name='campaign_publication_until_in_order')],
            },
        ),
    ]
