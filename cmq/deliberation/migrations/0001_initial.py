import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('applications', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('campuses', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='LabelMeasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('prolongation', 'Prolongation'), ('suspension', 'Suspension'), ('levee', 'Levée de suspension'), ('retrait', 'Retrait'), ('non_renouvellement', 'Non-renouvellement')], max_length=20, verbose_name='mesure')),
                ('state', models.CharField(choices=[('contradictoire', 'Observations du campus attendues'), ('college', 'Devant le collège'), ('decide', 'Décision en signature'), ('adoptee', 'Adoptée'), ('abandonnee', 'Abandonnée')], default='contradictoire', max_length=16, verbose_name='état')),
                ('step', models.PositiveIntegerField(default=0, verbose_name='étape')),
                ('reasons', models.TextField(verbose_name='motifs')),
                ('legal_basis', models.CharField(blank=True, max_length=300, verbose_name='fondement')),
                ('until', models.DateField(blank=True, null=True, verbose_name='jusqu’au')),
                ('proposed_at', models.DateTimeField(verbose_name='proposée le')),
                ('heard_until', models.DateField(verbose_name='observations attendues jusqu’au')),
                ('observations', models.TextField(blank=True, verbose_name='observations du campus')),
                ('heard_at', models.DateTimeField(blank=True, null=True, verbose_name='observations reçues le')),
                ('dropped_because', models.CharField(blank=True, max_length=300, verbose_name='abandonnée parce que')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='campaigns.campaign', verbose_name='campagne')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='campuses.campus', verbose_name='campus')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
            ],
            options={
                'verbose_name': 'mesure sur un label',
                'verbose_name_plural': 'mesures sur des labels',
                'ordering': ['-proposed_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['prolongation', 'suspension', 'levee', 'retrait', 'non_renouvellement'])), name='measure_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['contradictoire', 'college', 'decide', 'adoptee', 'abandonnee'])), name='measure_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'prolongation'), _negated=True), ('until__isnull', False), _connector='OR'), name='measure_extension_says_until'), models.CheckConstraint(condition=models.Q(('kind__in', ['prolongation', 'suspension']), ('until', None), _connector='OR'), name='measure_until_where_it_means_something'), models.CheckConstraint(condition=models.Q(models.Q(('heard_at', None), ('observations', '')), models.Q(('heard_at__isnull', False), models.Q(('observations', ''), _negated=True)), _connector='OR'), name='measure_heard_is_dated'), models.CheckConstraint(condition=models.Q(('reasons', ''), _negated=True), name='measure_says_why'), models.UniqueConstraint(condition=models.Q(('state__in', ['adoptee', 'abandonnee']), _negated=True), fields=('campus', 'kind'), name='measure_one_running_per_kind')],
            },
        ),
        CreateModelAlone(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='intitulé')),
                ('held_at', models.DateTimeField(verbose_name='date et heure')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='lieu ou lien')),
                ('state', models.CharField(choices=[('preparee', 'Préparée'), ('ouverte', 'Ouverte'), ('close', 'Close')], default='preparee', max_length=10, verbose_name='état')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='ouverte le')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='close le')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='campaigns.campaign', verbose_name='campagne')),
            ],
            options={
                'verbose_name': 'séance',
                'verbose_name_plural': 'séances',
                'ordering': ['held_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='meeting_has_title'), models.UniqueConstraint(condition=models.Q(('state', 'ouverte')), fields=('campaign',), name='meeting_one_open_per_campaign'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('opened_at', None), ('state', 'preparee')), models.Q(('closed_at', None), ('opened_at__isnull', False), ('state', 'ouverte')), models.Q(('closed_at__gte', models.F('opened_at')), ('closed_at__isnull', False), ('opened_at__isnull', False), ('state', 'close')), _connector='OR'), name='meeting_state_is_dated')],
            },
        ),
        CreateModelAlone(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_deputy', models.BooleanField(default=False, verbose_name='suppléant')),
                ('arrived_at', models.DateTimeField(verbose_name='arrivée')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='départ')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.seat', verbose_name='siège')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='deliberation.meeting', verbose_name='séance')),
            ],
            options={
                'verbose_name': 'présence en séance',
                'verbose_name_plural': 'présences en séance',
                'ordering': ['seat__authority__position', 'seat__number', 'arrived_at', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('meeting', 'seat'), name='attendance_seat_once'), models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('meeting', 'person'), name='attendance_person_once'), models.CheckConstraint(condition=models.Q(('left_at', None), ('left_at__gte', models.F('arrived_at')), _connector='OR'), name='attendance_leaves_after_arrival')],
            },
        ),
        CreateModelAlone(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('report', models.TextField(blank=True, verbose_name='rapport')),
                ('concluded_at', models.DateTimeField(blank=True, null=True, verbose_name='vote clos le')),
                ('tally', models.JSONField(blank=True, default=dict, verbose_name='décompte')),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='applications.labelapplication', verbose_name='dossier')),
                ('measure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='deliberation.labelmeasure', verbose_name='mesure')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='deliberation.meeting', verbose_name='séance')),
            ],
            options={
                'verbose_name': 'point de l’ordre du jour',
                'verbose_name_plural': 'points de l’ordre du jour',
                'ordering': ['position', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('application__isnull', False), ('measure', None)), models.Q(('application', None), ('measure__isnull', False)), _connector='OR'), name='item_is_a_file_or_a_measure'), models.UniqueConstraint(fields=('meeting', 'application'), name='item_once_per_file'), models.UniqueConstraint(fields=('meeting', 'measure'), name='item_once_per_measure')],
            },
        ),
        CreateModelAlone(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('advice', models.CharField(blank=True, choices=[('accorder', 'Accorder'), ('plus_court', 'Accorder pour une durée plus courte'), ('ajourner', 'Ajourner'), ('refuser', 'Refuser')], max_length=12, verbose_name='position')),
                ('step', models.PositiveIntegerField(default=0, verbose_name='étape du dossier')),
                ('years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée plus courte, en années')),
                ('reasons', models.TextField(blank=True, verbose_name='motifs')),
                ('taken_at', models.DateTimeField(verbose_name='prise le')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='positions', to='deliberation.agendaitem', verbose_name='point')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.seat', verbose_name='siège')),
            ],
            options={
                'verbose_name': 'position',
                'verbose_name_plural': 'positions',
                'ordering': ['seat__authority__position', 'seat__number'],
                'constraints': [models.UniqueConstraint(fields=('item', 'seat'), name='position_one_per_seat'), models.CheckConstraint(condition=models.Q(('advice__in', ['', 'accorder', 'plus_court', 'ajourner', 'refuser'])), name='position_known'), models.CheckConstraint(condition=models.Q(('advice', 'accorder'), models.Q(('reasons', ''), _negated=True), _connector='OR'), name='position_other_than_award_is_reasoned'), models.CheckConstraint(condition=models.Q(models.Q(('advice', 'plus_court'), ('years__gte', 1), ('years__isnull', False), ('years__lte', 4)), models.Q(models.Q(('advice', 'plus_court'), _negated=True), ('years', None)), _connector='OR'), name='position_shorter_says_how_long')],
            },
        ),
    ]
