import cmq.reference.codes
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        CreateModelAlone(
            name='Academie',
            fields=[
                ('code', models.CharField(max_length=2, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='adresse')),
            ],
            options={
                'verbose_name': 'académie',
                'verbose_name_plural': 'académies',
                'ordering': ['name'],
            },
        ),
        CreateModelAlone(
            name='Departement',
            fields=[
                ('code', models.CharField(max_length=3, primary_key=True, serialize=False, verbose_name='code INSEE')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='adresse')),
                ('academie', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='departements', to='reference.academie', verbose_name='académie')),
            ],
            options={
                'verbose_name': 'département',
                'verbose_name_plural': 'départements',
                'ordering': ['name'],
            },
        ),
        CreateModelAlone(
            name='DiplomaLevel',
            fields=[
                ('level', models.SmallIntegerField(primary_key=True, serialize=False, verbose_name='niveau')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('examples', models.CharField(max_length=160, verbose_name='diplômes')),
            ],
            options={
                'verbose_name': 'niveau de diplôme',
                'verbose_name_plural': 'niveaux de diplôme',
                'ordering': ['level'],
                'constraints': [models.CheckConstraint(condition=models.Q(('level__range', (3, 8))), name='diploma_level_from_3_to_8'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='diploma_level_is_named')],
            },
        ),
        CreateModelAlone(
            name='Epci',
            fields=[
                ('siren', models.CharField(max_length=9, primary_key=True, serialize=False, verbose_name='SIREN')),
                ('name', models.CharField(max_length=160, verbose_name='nom')),
                ('kind', models.CharField(choices=[('CC', 'Communauté de communes'), ('CA', 'Communauté d’agglomération'), ('CU', 'Communauté urbaine'), ('METRO', 'Métropole'), ('MET69', 'Métropole de Lyon')], max_length=5, verbose_name='nature')),
                ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='population municipale')),
            ],
            options={
                'verbose_name': 'intercommunalité',
                'verbose_name_plural': 'intercommunalités',
                'ordering': ['name', 'siren'],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('siren'), 9), name='epci_siren_has_nine_digits'), models.CheckConstraint(condition=models.Q(('kind__in', ['CC', 'CA', 'CU', 'METRO', 'MET69'])), name='epci_kind_known')],
            },
        ),
        CreateModelAlone(
            name='Commune',
            fields=[
                ('insee_code', models.CharField(max_length=5, primary_key=True, serialize=False, verbose_name='code INSEE')),
                ('name', models.CharField(max_length=80, verbose_name='nom')),
                ('folded_name', models.CharField(db_index=True, editable=False, max_length=80, verbose_name='nom simplifié')),
                ('kind', models.CharField(choices=[('commune', 'Commune'), ('arrondissement_municipal', 'Arrondissement municipal')], default='commune', max_length=24, verbose_name='nature')),
                ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='population municipale')),
                ('latitude', models.FloatField(blank=True, null=True, verbose_name='latitude du centre')),
                ('longitude', models.FloatField(blank=True, null=True, verbose_name='longitude du centre')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='arrondissements', to='reference.commune', verbose_name='commune')),
                ('departement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='communes', to='reference.departement', verbose_name='département')),
                ('epci', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='communes', to='reference.epci', verbose_name='intercommunalité')),
            ],
            options={
                'verbose_name': 'commune',
                'verbose_name_plural': 'communes',
                'ordering': ['name', 'insee_code'],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('insee_code'), 5), name='commune_code_has_five_signs'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('folded_name', ''), _negated=True)), name='commune_is_named'), models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__isnull', False), ('latitude__range', (-90, 90)), ('longitude__isnull', False), ('longitude__range', (-180, 180))), _connector='OR'), name='commune_centre_is_on_earth'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'commune'), ('parent', None)), models.Q(('kind', 'arrondissement_municipal'), ('parent__isnull', False)), _connector='OR'), name='commune_only_arrondissement_has_parent')],
            },
        ),
        CreateModelAlone(
            name='Filiere',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='adresse')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='nom')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
            ],
            options={
                'verbose_name': 'filière',
                'verbose_name_plural': 'filières',
                'ordering': ['position'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('slug', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='filiere_is_named'), models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='filiere_position_from_one')],
            },
        ),
        CreateModelAlone(
            name='FiliereName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('folded_name', models.CharField(editable=False, max_length=120, unique=True, verbose_name='nom simplifié')),
                ('filiere', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='reference.filiere', verbose_name='filière')),
            ],
            options={
                'verbose_name': 'variante du nom d’une filière',
                'verbose_name_plural': 'variantes du nom des filières',
                'ordering': ['folded_name'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('folded_name', ''), _negated=True)), name='filiere_variant_is_named')],
            },
        ),
        CreateModelAlone(
            name='LoadedReference',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='partie')),
                ('digest', models.CharField(max_length=64, verbose_name='empreinte SHA-256')),
                ('loaded_at', models.DateTimeField(verbose_name='chargé le')),
                ('attribution', models.CharField(max_length=300, verbose_name='sources')),
            ],
            options={
                'verbose_name': 'référentiel chargé',
                'verbose_name_plural': 'référentiels chargés',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 64), name='loaded_reference_digest_is_sha256')],
            },
        ),
        CreateModelAlone(
            name='Region',
            fields=[
                ('code', models.CharField(max_length=3, primary_key=True, serialize=False, verbose_name='code INSEE')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='adresse')),
                ('zone', models.CharField(choices=[('metropole', 'France métropolitaine'), ('drom', 'Département ou région d’outre-mer'), ('com', 'Collectivité d’outre-mer')], max_length=9, verbose_name='zone')),
            ],
            options={
                'verbose_name': 'région',
                'verbose_name_plural': 'régions',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('name', ''), _negated=True), models.Q(('slug', ''), _negated=True)), name='region_is_named'), models.CheckConstraint(condition=models.Q(('zone__in', ['metropole', 'drom', 'com'])), name='region_zone_known')],
            },
        ),
        migrations.AddField(
            model_name='departement',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departements', to='reference.region', verbose_name='région'),
        ),
        migrations.AddField(
            model_name='academie',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='academies', to='reference.region', verbose_name='région académique'),
        ),
        CreateModelAlone(
            name='School',
            fields=[
                ('uai', models.CharField(max_length=8, primary_key=True, serialize=False, validators=[cmq.reference.codes.validate_uai], verbose_name='UAI')),
                ('name', models.CharField(max_length=200, verbose_name='nom')),
                ('postcode', models.CharField(blank=True, max_length=5, verbose_name='code postal')),
                ('city', models.CharField(max_length=80, verbose_name='ville')),
                ('commune', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='schools', to='reference.commune', verbose_name='commune')),
            ],
            options={
                'verbose_name': 'lycée',
                'verbose_name_plural': 'lycées',
                'ordering': ['name', 'uai'],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('uai'), 8), name='school_uai_has_eight_signs'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='school_is_named')],
            },
        ),
        CreateModelAlone(
            name='CommunePostcode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_index=True, max_length=5, verbose_name='code postal')),
                ('commune', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='postcodes', to='reference.commune', verbose_name='commune')),
            ],
            options={
                'verbose_name': 'code postal',
                'verbose_name_plural': 'codes postaux',
                'ordering': ['code', 'commune'],
                'constraints': [models.UniqueConstraint(fields=('commune', 'code'), name='postcode_once_a_commune'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('code'), 5), name='postcode_has_five_digits')],
            },
        ),
        migrations.AddConstraint(
            model_name='departement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('name', ''), _negated=True), models.Q(('slug', ''), _negated=True)), name='departement_is_named'),
        ),
        migrations.AddConstraint(
            model_name='academie',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('name', ''), _negated=True), models.Q(('slug', ''), _negated=True)), name='academie_is_named'),
        ),
    ]
