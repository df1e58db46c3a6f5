import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campuses', '0001_initial'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Tour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=100, unique=True, verbose_name='adresse')),
                ('title', models.CharField(max_length=150, verbose_name='titre')),
                ('summary', models.TextField(max_length=3000, verbose_name='présentation')),
                ('contact', models.EmailField(blank=True, max_length=254, verbose_name='adresse de contact, publique')),
                ('is_published', models.BooleanField(default=False, verbose_name='publiée')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('created_at', models.DateTimeField(verbose_name='créée le')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tours', to='campuses.campus', verbose_name='campus')),
            ],
            options={
                'verbose_name': 'tournée',
                'verbose_name_plural': 'tournées',
                'ordering': ['-created_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('slug', ''), _negated=True), models.Q(('summary', ''), _negated=True)), name='tour_is_described')],
            },
        ),
        CreateModelAlone(
            name='Stop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='début')),
                ('ends_at', models.DateTimeField(verbose_name='fin')),
                ('place', models.CharField(max_length=150, verbose_name='lieu')),
                ('address', models.CharField(blank=True, max_length=250, verbose_name='adresse')),
                ('description', models.TextField(blank=True, max_length=2000, verbose_name='programme')),
                ('accessibility', models.TextField(blank=True, max_length=1000, verbose_name='accessibilité')),
                ('booking', models.CharField(choices=[('sans', 'Entrée libre, sans inscription'), ('ouverte', 'Inscriptions ouvertes'), ('close', 'Inscriptions closes')], default='sans', max_length=8, verbose_name='inscription')),
                ('capacity', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name='places')),
                ('taken', models.PositiveIntegerField(default=0, verbose_name='places prises')),
                ('state', models.CharField(choices=[('prevue', 'Prévue'), ('annulee', 'Annulée'), ('tenue', 'Tenue')], default='prevue', max_length=8, verbose_name='état')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='motif de l’annulation')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('commune', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stops', to='reference.commune', verbose_name='commune')),
                ('tour', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stops', to='tours.tour', verbose_name='tournée')),
            ],
            options={
                'verbose_name': 'étape',
                'verbose_name_plural': 'étapes',
                'ordering': ['starts_at', 'pk'],
                'indexes': [models.Index(fields=['ends_at', 'state'], name='stop_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='stop_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('place', ''), _negated=True), name='stop_has_place'), models.UniqueConstraint(condition=models.Q(('state', 'annulee'), _negated=True), fields=('tour', 'starts_at'), name='stop_one_at_one_hour'), models.CheckConstraint(condition=models.Q(('booking', 'sans'), models.Q(('capacity__gte', 1), ('capacity__isnull', False)), _connector='OR'), name='stop_with_registration_has_seats'), models.CheckConstraint(condition=models.Q(('taken', 0), models.Q(('capacity__isnull', False), ('taken__lte', models.F('capacity'))), _connector='OR'), name='stop_is_never_overbooked'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'annulee'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='stop_is_cancelled_with_a_reason')],
            },
        ),
        CreateModelAlone(
            name='Registration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='nom')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='adresse électronique')),
                ('audience', models.CharField(choices=[('eleves', 'Collégiens et lycéens'), ('etudiants', 'Étudiants'), ('apprentis', 'Apprentis'), ('stagiaires', 'Stagiaires d’IFAS, d’IFSI et de la formation continue'), ('professionnels', 'Professionnels'), ('demandeurs_emploi', 'Demandeurs d’emploi'), ('grand_public', 'Grand public')], max_length=20, verbose_name='public')),
                ('seats', models.PositiveSmallIntegerField(verbose_name='places')),
                ('state', models.CharField(choices=[('demandee', 'À confirmer'), ('confirmee', 'Confirmée'), ('attente', 'Sur liste d’attente'), ('annulee', 'Annulée')], default='demandee', max_length=10, verbose_name='état')),
                ('key', models.CharField(editable=False, max_length=32, verbose_name='clé')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='empreinte du lien')),
                ('asked_at', models.DateTimeField(verbose_name='demandée le')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmée le')),
                ('erased_at', models.DateTimeField(blank=True, null=True, verbose_name='données effacées le')),
                ('stop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='registrations', to='tours.stop', verbose_name='étape')),
            ],
            options={
                'verbose_name': 'inscription',
                'verbose_name_plural': 'inscriptions',
                'ordering': ['asked_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('seats__gte', 1), ('seats__lte', 10)), name='registration_seats'), models.UniqueConstraint(condition=models.Q(('erased_at', None), models.Q(('state', 'annulee'), _negated=True)), fields=('stop', 'email'), name='registration_once_per_address'), models.CheckConstraint(condition=models.Q(models.Q(('erased_at', None), models.Q(('email', ''), _negated=True), models.Q(('name', ''), _negated=True)), models.Q(('email', ''), ('erased_at__isnull', False), ('name', '')), _connector='OR'), name='registration_is_someone_until_erased'), models.CheckConstraint(condition=models.Q(('state__in', ['demandee', 'annulee']), ('confirmed_at__isnull', False), _connector='OR'), name='registration_counts_once_confirmed')],
            },
        ),
        CreateModelAlone(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audience', models.CharField(choices=[('eleves', 'Collégiens et lycéens'), ('etudiants', 'Étudiants'), ('apprentis', 'Apprentis'), ('stagiaires', 'Stagiaires d’IFAS, d’IFSI et de la formation continue'), ('professionnels', 'Professionnels'), ('demandeurs_emploi', 'Demandeurs d’emploi'), ('grand_public', 'Grand public')], max_length=20, verbose_name='public')),
                ('number', models.PositiveIntegerField(verbose_name='personnes')),
                ('stop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='tours.stop', verbose_name='étape')),
            ],
            options={
                'verbose_name': 'présence',
                'verbose_name_plural': 'présences',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('stop', 'audience'), name='attendance_once_per_audience'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='attendance_counts_someone')],
            },
        ),
        CreateModelAlone(
            name='StopAudience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audience', models.CharField(choices=[('eleves', 'Collégiens et lycéens'), ('etudiants', 'Étudiants'), ('apprentis', 'Apprentis'), ('stagiaires', 'Stagiaires d’IFAS, d’IFSI et de la formation continue'), ('professionnels', 'Professionnels'), ('demandeurs_emploi', 'Demandeurs d’emploi'), ('grand_public', 'Grand public')], max_length=20, verbose_name='public')),
                ('stop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audiences', to='tours.stop', verbose_name='étape')),
            ],
            options={
                'verbose_name': 'public d’une étape',
                'verbose_name_plural': 'publics des étapes',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('stop', 'audience'), name='stop_audience_once')],
            },
        ),
    ]
