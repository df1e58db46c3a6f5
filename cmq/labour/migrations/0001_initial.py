import django.db.models.deletion
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('careers', '0001_initial'),
        ('core', '0004_mail_taken'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Basin',
            fields=[
                ('code', models.CharField(max_length=6, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('departement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.departement', verbose_name='département')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.region', verbose_name='région')),
            ],
            options={
                'verbose_name': 'bassin d’emploi',
                'verbose_name_plural': 'bassins d’emploi',
                'ordering': ['name', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='basin_is_named')],
            },
        ),
        CreateModelAlone(
            name='BasinCommune',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basin', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commune_links', to='labour.basin', verbose_name='bassin')),
                ('commune', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='basin_link', to='reference.commune', verbose_name='commune')),
            ],
            options={
                'verbose_name': 'commune d’un bassin',
                'verbose_name_plural': 'communes des bassins',
                'ordering': ['basin', 'commune'],
            },
        ),
        CreateModelAlone(
            name='JobFamily',
            fields=[
                ('code', models.CharField(max_length=6, primary_key=True, serialize=False, verbose_name='code FAP')),
                ('name', models.CharField(max_length=250, verbose_name='intitulé')),
                ('folded_name', models.CharField(editable=False, max_length=250, verbose_name='intitulé simplifié')),
                ('group_name', models.CharField(blank=True, max_length=250, verbose_name='regroupement')),
            ],
            options={
                'verbose_name': 'famille professionnelle',
                'verbose_name_plural': 'familles professionnelles',
                'ordering': ['name', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='job_family_is_named')],
            },
        ),
        CreateModelAlone(
            name='JobFamilyOccupation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_deduced', models.BooleanField(default=False, verbose_name='rapproché par le nom')),
                ('family', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occupation_links', to='labour.jobfamily', verbose_name='famille')),
                ('occupation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='family_links', to='careers.occupation', verbose_name='métier')),
            ],
            options={
                'verbose_name': 'métier d’une famille professionnelle',
                'verbose_name_plural': 'métiers des familles professionnelles',
                'ordering': ['family', 'occupation'],
                'constraints': [models.UniqueConstraint(fields=('family', 'occupation'), name='job_family_occupation_once')],
            },
        ),
        CreateModelAlone(
            name='RecruitmentNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='année')),
                ('planned', models.PositiveIntegerField(blank=True, null=True, verbose_name='projets de recrutement')),
                ('difficult', models.PositiveIntegerField(blank=True, null=True, verbose_name='jugés difficiles')),
                ('seasonal', models.PositiveIntegerField(blank=True, null=True, verbose_name='saisonniers')),
                ('basin', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='labour.basin', verbose_name='bassin')),
                ('family', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='labour.jobfamily', verbose_name='famille')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.source', verbose_name='source')),
            ],
            options={
                'verbose_name': 'besoin en main-d’œuvre',
                'verbose_name_plural': 'besoins en main-d’œuvre',
                'ordering': ['year', 'basin', 'family'],
                'constraints': [models.UniqueConstraint(fields=('year', 'family', 'basin'), name='need_once'), models.CheckConstraint(condition=models.Q(('planned', None), ('difficult', None), ('difficult__lte', models.F('planned')), _connector='OR'), name='need_difficult_within_planned')],
            },
        ),
    ]
