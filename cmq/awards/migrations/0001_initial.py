import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('campaigns', '0001_initial'),
        ('deliberation', '0001_initial'),
        ('labels', '0001_initial'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='JointDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=24, unique=True, verbose_name='numéro')),
                ('outcome', models.CharField(choices=[('accorde', 'Accordé'), ('ajourne', 'Ajourné'), ('refuse', 'Refusé')], max_length=8, verbose_name='décision')),
                ('state', models.CharField(choices=[('signature', 'En signature'), ('signee', 'Signée'), ('publiee', 'Publiée')], default='signature', max_length=10, verbose_name='état')),
                ('name', models.CharField(max_length=250, verbose_name='nom du campus')),
                ('category', models.CharField(blank=True, choices=[('cmq', 'Campus des métiers et des qualifications'), ('excellence', 'Campus d’excellence')], max_length=12, verbose_name='catégorie')),
                ('territory', models.TextField(blank=True, verbose_name='territoire')),
                ('duration_years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée, en années')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='prend effet le')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='dernier jour')),
                ('reasons', models.TextField(verbose_name='motifs')),
                ('remedies', models.TextField(blank=True, verbose_name='voies et délais de recours')),
                ('tally', models.JSONField(default=dict, verbose_name='décompte')),
                ('decided_at', models.DateTimeField(verbose_name='décidée le')),
                ('digest', models.CharField(max_length=64, verbose_name='empreinte des termes')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='dernière signature')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='publiée le')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='inscrite par')),
                ('filiere', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reference.filiere', verbose_name='filière')),
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='deliberation.agendaitem', verbose_name='point')),
            ],
            options={
                'verbose_name': 'décision conjointe',
                'verbose_name_plural': 'décisions conjointes',
                'ordering': ['-decided_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('duration_years', None), models.Q(('duration_years__gte', 1), ('duration_years__lte', 5)), _connector='OR'), name='joint_decision_lasts_one_to_five_years'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='joint_decision_ends_after_start'), models.CheckConstraint(condition=models.Q(('reasons', ''), _negated=True), name='joint_decision_gives_reasons'), models.CheckConstraint(condition=models.Q(('outcome', 'accorde'), models.Q(('remedies', ''), _negated=True), _connector='OR'), name='joint_decision_refusal_gives_remedies'), models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('signed_at', None), ('state', 'signature')), models.Q(('published_at', None), ('signed_at__isnull', False), ('state', 'signee')), models.Q(('published_at__isnull', False), ('signed_at__isnull', False), ('state', 'publiee')), _connector='OR'), name='joint_decision_state_is_dated')],
            },
        ),
        CreateModelAlone(
            name='MinisterialOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=300, verbose_name='intitulé')),
                ('number', models.CharField(blank=True, max_length=80, verbose_name='numéro de l’acte')),
                ('nor', models.CharField(blank=True, max_length=12, validators=[django.core.validators.RegexValidator('^[A-Z]{4}\\d{7}[A-Z]$', 'Un NOR s’écrit comme MENE1925423A.')], verbose_name='numéro NOR')),
                ('drafted_at', models.DateTimeField(verbose_name='projet établi le')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='signé le')),
                ('published_on', models.DateField(blank=True, null=True, verbose_name='publié le')),
                ('notified_on', models.DateField(blank=True, null=True, verbose_name='notifié le')),
                ('decisions', models.ManyToManyField(related_name='orders', to='awards.jointdecision', verbose_name='décisions')),
            ],
            options={
                'verbose_name': 'arrêté d’exécution',
                'verbose_name_plural': 'arrêtés d’exécution',
                'ordering': ['-drafted_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='order_has_title'), models.CheckConstraint(condition=models.Q(('published_on', None), models.Q(('published_on__gte', models.F('signed_on')), ('signed_on__isnull', False)), _connector='OR'), name='order_published_after_signature'), models.CheckConstraint(condition=models.Q(('notified_on', None), models.Q(('notified_on__gte', models.F('signed_on')), ('signed_on__isnull', False)), _connector='OR'), name='order_notified_after_signature')],
            },
        ),
        CreateModelAlone(
            name='RegisterEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='awards.jointdecision', verbose_name='décision conjointe')),
                ('label_decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='entry', to='labels.labeldecision', verbose_name='décision de label')),
            ],
            options={
                'verbose_name': 'inscription au registre',
                'verbose_name_plural': 'inscriptions au registre',
                'ordering': ['pk'],
            },
        ),
        CreateModelAlone(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='signé le')),
                ('signer', models.CharField(blank=True, max_length=300, verbose_name='nom et qualité')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='empreinte signée')),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.authority', verbose_name='autorité')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signé par')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signatures', to='awards.jointdecision', verbose_name='décision')),
            ],
            options={
                'verbose_name': 'signature',
                'verbose_name_plural': 'signatures',
                'ordering': ['authority__position'],
                'constraints': [models.UniqueConstraint(fields=('decision', 'authority'), name='signature_once_per_authority'), models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('signed_at', None)), models.Q(('signed_at__isnull', False), models.Q(('digest', ''), _negated=True), models.Q(('signer', ''), _negated=True)), _connector='OR'), name='signature_is_whole')],
            },
        ),
    ]
