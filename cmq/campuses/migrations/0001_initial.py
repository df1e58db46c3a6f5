import cmq.core.partial_dates
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('core', '0001_initial'),
        ('organisations', '0001_initial'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Campus',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=100, unique=True, verbose_name='adresse')),
                ('name', models.CharField(max_length=250, verbose_name='nom officiel')),
                ('acronym', models.CharField(blank=True, max_length=40, verbose_name='sigle')),
                ('filiere_is_deduced', models.BooleanField(default=False, verbose_name='filière déduite par le registre')),
                ('category', models.CharField(blank=True, choices=[('cmq', 'Campus des métiers et des qualifications'), ('excellence', 'Campus d’excellence')], max_length=12, verbose_name='catégorie')),
                ('legal_form', models.CharField(blank=True, max_length=200, verbose_name='forme juridique')),
                ('website', models.URLField(blank=True, max_length=300, verbose_name='site web')),
                ('purpose', models.TextField(blank=True, verbose_name='objet')),
                ('last_seen_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='dernière trace d’activité')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité de l’existence et du nom')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('filiere', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='campuses', to='reference.filiere', verbose_name='filière')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campuses', to='reference.region', verbose_name='région')),
            ],
            options={
                'verbose_name': 'campus',
                'verbose_name_plural': 'campus',
                'ordering': ['name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='campus_has_name'), models.CheckConstraint(condition=models.Q(('category__in', ['', 'cmq', 'excellence'])), name='campus_category_known'), models.CheckConstraint(condition=models.Q(('filiere_is_deduced', False), ('filiere__isnull', False), _connector='OR'), name='campus_deduced_filiere_is_one')],
            },
        ),
        CreateModelAlone(
            name='CampusArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='constaté le')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='déduit par le registre')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('kind', models.CharField(choices=[('academie', 'Académie'), ('siege', 'Siège'), ('lieu', 'Lieu'), ('territoire', 'Territoire couvert')], max_length=12, verbose_name='nature')),
                ('academie', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='reference.academie', verbose_name='académie')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='areas', to='campuses.campus', verbose_name='campus')),
                ('commune', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='reference.commune', verbose_name='commune')),
                ('departement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='reference.departement', verbose_name='département')),
                ('sources', models.ManyToManyField(blank=True, related_name='+', to='core.source', verbose_name='sources')),
            ],
            options={
                'verbose_name': 'lieu ou territoire',
                'verbose_name_plural': 'lieux et territoires',
                'ordering': ['kind', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('academie__isnull', False), ('commune', None), ('departement', None)), models.Q(('academie', None), ('commune', None), ('departement__isnull', False)), models.Q(('academie', None), ('commune__isnull', False), ('departement', None)), _connector='OR'), name='area_is_one_place'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'academie'), _negated=True), ('academie__isnull', False), _connector='OR'), name='area_academie_names_one'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['siege', 'lieu']), _negated=True), ('commune__isnull', False), _connector='OR'), name='area_seat_is_in_a_commune'), models.UniqueConstraint(fields=('campus', 'kind', 'academie', 'departement', 'commune'), name='area_once', nulls_distinct=False)],
            },
        ),
        CreateModelAlone(
            name='CampusFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='constaté le')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='déduit par le registre')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('field', models.CharField(choices=[('nom', 'Nom officiel'), ('sigle', 'Sigle'), ('filiere', 'Filière'), ('categorie', 'Catégorie'), ('forme_juridique', 'Forme juridique'), ('site_web', 'Site web'), ('objet', 'Objet'), ('situation', 'Situation du label selon les sources'), ('derniere_activite', 'Dernière trace d’activité'), ('histoire', 'Histoire du label'), ('formation', 'Formation'), ('projet', 'Projet'), ('public', 'Public'), ('financement', 'Financement'), ('remarque', 'Remarque')], max_length=20, verbose_name='champ')),
                ('value', models.TextField(verbose_name='valeur')),
                ('is_preferred', models.BooleanField(default=False, verbose_name='valeur retenue')),
                ('is_chosen', models.BooleanField(default=False, verbose_name='choisie par un gardien')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='campuses.campus', verbose_name='campus')),
                ('sources', models.ManyToManyField(blank=True, related_name='+', to='core.source', verbose_name='sources')),
            ],
            options={
                'verbose_name': 'fait',
                'verbose_name_plural': 'faits',
                'ordering': ['field', '-is_preferred', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='fact_has_value'), models.UniqueConstraint(condition=models.Q(('is_preferred', True)), fields=('campus', 'field'), name='fact_one_preferred_per_field'), models.CheckConstraint(condition=models.Q(('withdrawn_at', None), ('is_preferred', False), _connector='OR'), name='fact_withdrawn_is_not_preferred')],
            },
        ),
        CreateModelAlone(
            name='CampusLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='constaté le')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='déduit par le registre')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('kind', models.CharField(choices=[('prolonge_par', 'prolongé par'), ('fusionne_dans', 'fusionné dans'), ('doublon_possible', 'peut-être le même que'), ('a_distinguer', 'à ne pas confondre avec')], max_length=20, verbose_name='lien')),
                ('from_campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_from', to='campuses.campus', verbose_name='campus')),
                ('sources', models.ManyToManyField(blank=True, related_name='+', to='core.source', verbose_name='sources')),
                ('to_campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_to', to='campuses.campus', verbose_name='autre campus')),
            ],
            options={
                'verbose_name': 'lien entre campus',
                'verbose_name_plural': 'liens entre campus',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('from_campus', 'to_campus'), name='campus_link_once'), models.CheckConstraint(condition=models.Q(('from_campus', models.F('to_campus')), _negated=True), name='campus_link_is_to_another')],
            },
        ),
        CreateModelAlone(
            name='CampusMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invited_email', models.EmailField(max_length=254, verbose_name='adresse invitée')),
                ('invited_at', models.DateTimeField(verbose_name='invitée le')),
                ('token_digest', models.CharField(blank=True, max_length=64, null=True, unique=True, verbose_name='empreinte du jeton')),
                ('token_expires_at', models.DateTimeField(blank=True, null=True, verbose_name='jeton valable jusqu’au')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='depuis le')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='terminé le')),
                ('role', models.CharField(choices=[('directeur', 'Directeur opérationnel'), ('contributeur', 'Contributeur')], max_length=16, verbose_name='rôle')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='campuses.campus', verbose_name='campus')),
                ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invitée par')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
            ],
            options={
                'verbose_name': 'rôle dans un campus',
                'verbose_name_plural': 'rôles dans les campus',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('person', None), ('starts_on', None)), models.Q(('person__isnull', False), ('starts_on__isnull', False)), _connector='OR'), name='campusmembership_starts_when_accepted'), models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='campusmembership_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('ends_on', None), ('person', None)), ('token_expires_at', None), _connector='OR'), name='campusmembership_token_used_once'), models.UniqueConstraint(condition=models.Q(('ends_on', None), ('person__isnull', False)), fields=('campus', 'person', 'role'), name='campus_role_once')],
            },
        ),
        CreateModelAlone(
            name='CampusName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='constaté le')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='déduit par le registre')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('name', models.CharField(max_length=250, verbose_name='nom')),
                ('folded_name', models.CharField(editable=False, max_length=250, verbose_name='nom simplifié')),
                ('kind', models.CharField(choices=[('ancien', 'Ancien nom'), ('variante', 'Autre écriture'), ('usuel', 'Nom d’usage')], default='variante', max_length=10, verbose_name='nature')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='names', to='campuses.campus', verbose_name='campus')),
                ('sources', models.ManyToManyField(blank=True, related_name='+', to='core.source', verbose_name='sources')),
            ],
            options={
                'verbose_name': 'autre nom',
                'verbose_name_plural': 'autres noms',
                'ordering': ['kind', 'name'],
                'constraints': [models.UniqueConstraint(fields=('campus', 'folded_name'), name='campus_name_once')],
            },
        ),
        CreateModelAlone(
            name='ErrorReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='reçu le')),
                ('message', models.TextField(max_length=2000, verbose_name='message')),
                ('reply_to', models.EmailField(blank=True, max_length=254, verbose_name='adresse pour la réponse')),
                ('handled_at', models.DateTimeField(blank=True, null=True, verbose_name='traité le')),
                ('answer', models.TextField(blank=True, verbose_name='suite donnée')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='error_reports', to='campuses.campus', verbose_name='campus')),
            ],
            options={
                'verbose_name': 'signalement',
                'verbose_name_plural': 'signalements',
                'ordering': ['-at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('message', ''), _negated=True), name='error_report_says_something')],
            },
        ),
        CreateModelAlone(
            name='Partnership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='constaté le')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='déduit par le registre')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('role', models.CharField(choices=[('support', 'Établissement support'), ('fondateur', 'Membre fondateur'), ('associe', 'Membre associé')], default='associe', max_length=12, verbose_name='rôle')),
                ('family', models.CharField(choices=[('scolaire', 'Enseignement scolaire'), ('superieur', 'Enseignement supérieur'), ('socio_economique', 'Socio-économiques'), ('institutionnel', 'Institutionnels')], max_length=20, verbose_name='famille')),
                ('starts_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='depuis')),
                ('ends_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='jusqu’à')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partnerships', to='campuses.campus', verbose_name='campus')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partnerships', to='organisations.organisation', verbose_name='organisation')),
                ('sources', models.ManyToManyField(blank=True, related_name='+', to='core.source', verbose_name='sources')),
            ],
            options={
                'verbose_name': 'membre',
                'verbose_name_plural': 'membres',
                'ordering': ['family', 'role', 'organisation__name'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('campus', 'organisation', 'role'), name='partnership_once')],
            },
        ),
        CreateModelAlone(
            name='FiliereCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_on', cmq.core.partial_dates.PartialDateField(blank=True, max_length=10, null=True, verbose_name='constaté le')),
                ('reliability', models.CharField(blank=True, choices=[('haute', 'haute'), ('moyenne', 'moyenne'), ('faible', 'faible'), ('', 'non évaluée')], default='', max_length=8, verbose_name='fiabilité')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='déduit par le registre')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('number', models.PositiveSmallIntegerField(verbose_name='nombre de campus')),
                ('campus', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='filiere_counts', to='campuses.campus', verbose_name='campus')),
                ('filiere', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='reference.filiere', verbose_name='filière')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='filiere_counts', to='reference.region', verbose_name='région')),
                ('sources', models.ManyToManyField(blank=True, related_name='+', to='core.source', verbose_name='sources')),
            ],
            options={
                'verbose_name': 'compte de campus dans une filière',
                'verbose_name_plural': 'comptes de campus dans les filières',
                'ordering': ['filiere', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='filiere_count_from_one'), models.CheckConstraint(condition=models.Q(('campus', None), models.Q(('number', 1), ('region__isnull', False)), _connector='OR'), name='filiere_count_of_a_campus_is_one'), models.UniqueConstraint(models.F('filiere'), django.db.models.functions.comparison.Coalesce('region', models.Value('')), models.F('number'), django.db.models.functions.comparison.Coalesce('campus', models.Value(0)), name='filiere_count_once')],
            },
        ),
    ]
