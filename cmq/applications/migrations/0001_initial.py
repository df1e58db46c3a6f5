import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('campaigns', '0001_initial'),
        ('campuses', '0001_initial'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='LabelApplication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=24, unique=True, verbose_name='référence')),
                ('kind', models.CharField(choices=[('premiere', 'Première labellisation'), ('renouvellement', 'Renouvellement'), ('excellence', 'Passage à l’excellence'), ('changement', 'Changement de nom ou de périmètre'), ('fusion', 'Fusion'), ('fin', 'Fin du label')], max_length=16, verbose_name='demande')),
                ('state', models.CharField(choices=[('brouillon', 'En rédaction'), ('signature', 'En signature conjointe'), ('depose', 'Déposé'), ('correction', 'En correction'), ('recevable', 'Recevable'), ('expertise', 'En expertise'), ('college', 'Devant le collège'), ('decide', 'Décision en signature'), ('accorde', 'Accordé'), ('ajourne', 'Ajourné'), ('refuse', 'Refusé'), ('irrecevable', 'Irrecevable'), ('retire', 'Retiré')], default='brouillon', max_length=12, verbose_name='état')),
                ('step', models.PositiveIntegerField(default=0, verbose_name='étape')),
                ('name', models.CharField(blank=True, max_length=250, verbose_name='nom demandé')),
                ('category', models.CharField(blank=True, choices=[('cmq', 'Campus des métiers et des qualifications'), ('excellence', 'Campus d’excellence')], max_length=12, verbose_name='catégorie demandée')),
                ('territory', models.TextField(blank=True, verbose_name='territoire')),
                ('duration_years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='durée demandée, en années')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version de la demande')),
                ('created_at', models.DateTimeField(verbose_name='ouvert le')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='déposé le')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='empreinte du dossier déposé')),
                ('absorbed', models.ManyToManyField(blank=True, related_name='absorbing_applications', to='campuses.campus', verbose_name='campus réunis')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='campaigns.campaign', verbose_name='campagne')),
                ('campus', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='campuses.campus', verbose_name='campus')),
                ('filiere', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='reference.filiere', verbose_name='filière')),
                ('previous', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='applications.labelapplication', verbose_name='dossier précédent')),
            ],
            options={
                'verbose_name': 'dossier de labellisation',
                'verbose_name_plural': 'dossiers de labellisation',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['campaign', 'state'], name='application_board')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['brouillon', 'signature', 'depose', 'correction', 'recevable', 'expertise', 'college', 'decide', 'accorde', 'ajourne', 'refuse', 'irrecevable', 'retire'])), name='application_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['premiere', 'renouvellement', 'excellence', 'changement', 'fusion', 'fin'])), name='application_kind_known'), models.CheckConstraint(condition=models.Q(('category__in', ['', 'cmq', 'excellence'])), name='application_category_known'), models.CheckConstraint(condition=models.Q(('duration_years', None), models.Q(('duration_years__gte', 1), ('duration_years__lte', 5)), _connector='OR'), name='application_asks_one_to_five_years'), models.CheckConstraint(condition=models.Q(('state__in', ['brouillon', 'signature']), ('state', 'retire'), models.Q(('submitted_at__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='application_submitted_is_sealed'), models.UniqueConstraint(condition=models.Q(('state__in', ['accorde', 'refuse', 'irrecevable', 'retire']), _negated=True), fields=('campus', 'kind'), name='application_one_running_per_kind')],
            },
        ),
        CreateModelAlone(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='nom du fichier')),
                ('file', models.FileField(max_length=200, upload_to='dossiers/%Y/%m/', verbose_name='fichier')),
                ('media_type', models.CharField(max_length=100, verbose_name='type')),
                ('size', models.PositiveBigIntegerField(verbose_name='taille en octets')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                ('scan', models.CharField(blank=True, choices=[('', 'non examinée'), ('saine', 'examinée, saine')], max_length=8, verbose_name='antivirus')),
                ('added_at', models.DateTimeField(verbose_name='jointe le')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='jointe par')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.expecteddocument', verbose_name='pièce attendue')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='applications.labelapplication', verbose_name='dossier')),
            ],
            options={
                'verbose_name': 'pièce jointe',
                'verbose_name_plural': 'pièces jointes',
                'ordering': ['added_at', 'pk'],
            },
        ),
        CreateModelAlone(
            name='Move',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveIntegerField(verbose_name='étape')),
                ('from_state', models.CharField(choices=[('brouillon', 'En rédaction'), ('signature', 'En signature conjointe'), ('depose', 'Déposé'), ('correction', 'En correction'), ('recevable', 'Recevable'), ('expertise', 'En expertise'), ('college', 'Devant le collège'), ('decide', 'Décision en signature'), ('accorde', 'Accordé'), ('ajourne', 'Ajourné'), ('refuse', 'Refusé'), ('irrecevable', 'Irrecevable'), ('retire', 'Retiré')], max_length=12, verbose_name='de')),
                ('to_state', models.CharField(choices=[('brouillon', 'En rédaction'), ('signature', 'En signature conjointe'), ('depose', 'Déposé'), ('correction', 'En correction'), ('recevable', 'Recevable'), ('expertise', 'En expertise'), ('college', 'Devant le collège'), ('decide', 'Décision en signature'), ('accorde', 'Accordé'), ('ajourne', 'Ajourné'), ('refuse', 'Refusé'), ('irrecevable', 'Irrecevable'), ('retire', 'Retiré')], max_length=12, verbose_name='à')),
                ('at', models.DateTimeField(verbose_name='fait le')),
                ('reason', models.TextField(blank=True, verbose_name='motif')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='applications.labelapplication', verbose_name='dossier')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
            ],
            options={
                'verbose_name': 'changement d’état',
                'verbose_name_plural': 'changements d’état',
                'ordering': ['step'],
                'constraints': [models.UniqueConstraint(fields=('application', 'step'), name='move_once_per_step'), models.CheckConstraint(condition=models.Q(('from_state', models.F('to_state')), _negated=True), name='move_changes_the_state')],
            },
        ),
        CreateModelAlone(
            name='Section',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('title', models.CharField(max_length=300, verbose_name='intitulé')),
                ('text', models.TextField(blank=True, verbose_name='texte')),
                ('version', models.PositiveIntegerField(default=0, verbose_name='version')),
                ('is_reopened', models.BooleanField(default=False, verbose_name='rouverte pour correction')),
                ('earlier_text', models.TextField(blank=True, verbose_name='texte du dossier précédent')),
                ('updated_at', models.DateTimeField(blank=True, null=True, verbose_name='modifié le')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='applications.labelapplication', verbose_name='dossier')),
                ('criterion', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.criterion', verbose_name='critère')),
                ('requirement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.excellencerequirement', verbose_name='exigence')),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='modifié par')),
            ],
            options={
                'verbose_name': 'partie de dossier',
                'verbose_name_plural': 'parties de dossier',
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('application', 'position'), name='section_position_once'), models.CheckConstraint(condition=models.Q(('criterion', None), ('requirement', None), _connector='OR'), name='section_answers_one_question')],
            },
        ),
        CreateModelAlone(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(verbose_name='vue à')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='applications.section', verbose_name='partie')),
            ],
            options={
                'verbose_name': 'présence',
                'verbose_name_plural': 'présences',
                'constraints': [models.UniqueConstraint(fields=('section', 'person'), name='presence_once')],
            },
        ),
        CreateModelAlone(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='commentaire')),
                ('at', models.DateTimeField(verbose_name='écrit le')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='réglé le')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='applications.section', verbose_name='partie')),
            ],
            options={
                'verbose_name': 'commentaire',
                'verbose_name_plural': 'commentaires',
                'ordering': ['at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_has_text')],
            },
        ),
        CreateModelAlone(
            name='SectionRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('text', models.TextField(blank=True, verbose_name='texte')),
                ('at', models.DateTimeField(verbose_name='enregistré le')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='applications.section', verbose_name='partie')),
            ],
            options={
                'verbose_name': 'version d’une partie',
                'verbose_name_plural': 'versions d’une partie',
                'ordering': ['-version'],
                'constraints': [models.UniqueConstraint(fields=('section', 'version'), name='revision_once')],
            },
        ),
        CreateModelAlone(
            name='SubmissionSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('recteur', 'Recteur de région académique'), ('region', 'Président de région')], max_length=8, verbose_name='signataire')),
                ('signer', models.CharField(max_length=300, verbose_name='nom et qualité')),
                ('delegated_since', models.DateField(blank=True, null=True, verbose_name='délégation depuis le')),
                ('signed_at', models.DateTimeField(verbose_name='signé le')),
                ('digest', models.CharField(max_length=64, verbose_name='empreinte du dossier signé')),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='annulée le')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signatures', to='applications.labelapplication', verbose_name='dossier')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signé par')),
            ],
            options={
                'verbose_name': 'signature du dépôt',
                'verbose_name_plural': 'signatures du dépôt',
                'ordering': ['signed_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('voided_at', None)), fields=('application', 'side'), name='submission_signed_once_per_side')],
            },
        ),
    ]
