import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cmq.core.creating import CreateModelAlone


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('campuses', '0001_initial'),
        ('reference', '0001_initial'),
    ]

    operations = [
        CreateModelAlone(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=100, unique=True, verbose_name='adresse')),
                ('title', models.CharField(max_length=150, verbose_name='titre')),
                ('standfirst', models.CharField(blank=True, max_length=500, verbose_name='chapô')),
                ('body', models.TextField(blank=True, verbose_name='texte')),
                ('byline', models.CharField(blank=True, max_length=120, verbose_name='signature')),
                ('is_national', models.BooleanField(default=True, verbose_name='sur la liste nationale')),
                ('proposed_at', models.DateTimeField(blank=True, null=True, verbose_name='proposé à la rédaction le')),
                ('created_at', models.DateTimeField(verbose_name='commencé le')),
                ('state', models.CharField(choices=[('redaction', 'En rédaction'), ('relecture', 'En relecture'), ('acceptee', 'Acceptée')], default='redaction', max_length=10, verbose_name='état')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('shown_version', models.PositiveIntegerField(blank=True, null=True, verbose_name='version montrée')),
                ('publish_at', models.DateTimeField(blank=True, null=True, verbose_name='publié le')),
                ('withdraw_at', models.DateTimeField(blank=True, null=True, verbose_name='retiré le')),
                ('withdrawal_reason', models.CharField(blank=True, max_length=300, verbose_name='raison du retrait')),
                ('updated_at', models.DateTimeField(blank=True, null=True, verbose_name='mis à jour le')),
                ('is_demo', models.BooleanField(default=False, verbose_name='démonstration')),
                ('campus', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='articles', to='campuses.campus', verbose_name='campus')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='commencé par')),
                ('filiere', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='reference.filiere', verbose_name='filière')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='reference.region', verbose_name='région')),
                ('related', models.ManyToManyField(blank=True, to='editorial.article', verbose_name='voir aussi')),
            ],
            options={
                'verbose_name': 'article',
                'verbose_name_plural': 'articles',
                'ordering': ['-publish_at', '-pk'],
            },
        ),
        CreateModelAlone(
            name='ArticleAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=100, unique=True, verbose_name='ancienne adresse')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='old_addresses', to='editorial.article', verbose_name='article')),
            ],
            options={
                'verbose_name': 'ancienne adresse d’un article',
                'verbose_name_plural': 'anciennes adresses des articles',
                'ordering': ['slug'],
            },
        ),
        CreateModelAlone(
            name='Illustration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alternative', models.CharField(max_length=300, verbose_name='texte de remplacement')),
                ('caption', models.CharField(blank=True, max_length=300, verbose_name='légende')),
                ('credit', models.CharField(max_length=150, verbose_name='crédit')),
                ('file', models.FileField(max_length=200, upload_to='illustrations/%Y/%m/', verbose_name='fichier')),
                ('media_type', models.CharField(max_length=20, verbose_name='type')),
                ('width', models.PositiveIntegerField(verbose_name='largeur')),
                ('height', models.PositiveIntegerField(verbose_name='hauteur')),
                ('added_at', models.DateTimeField(verbose_name='ajoutée le')),
                ('is_public', models.BooleanField(default=False, verbose_name='montrée à tous')),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ajoutée par')),
                ('campus', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='illustrations', to='campuses.campus', verbose_name='campus')),
            ],
            options={
                'verbose_name': 'illustration',
                'verbose_name_plural': 'illustrations',
                'ordering': ['-added_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('credit', ''), _negated=True), name='illustration_has_credit'), models.CheckConstraint(condition=models.Q(('alternative', ''), _negated=True), name='illustration_has_alternative'), models.CheckConstraint(condition=models.Q(('file', ''), _negated=True), name='illustration_has_file')],
            },
        ),
        CreateModelAlone(
            name='ArticleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='numéro')),
                ('title', models.CharField(max_length=150, verbose_name='titre')),
                ('standfirst', models.CharField(blank=True, max_length=500, verbose_name='chapô')),
                ('body', models.TextField(blank=True, verbose_name='texte')),
                ('byline', models.CharField(blank=True, max_length=120, verbose_name='signature')),
                ('saved_at', models.DateTimeField(verbose_name='enregistrée le')),
                ('agreed_at', models.DateTimeField(blank=True, null=True, verbose_name='acceptée le')),
                ('agreed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='acceptée par')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='editorial.article', verbose_name='article')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='editorial.illustration', verbose_name='image')),
            ],
            options={
                'verbose_name': 'version d’un article',
                'verbose_name_plural': 'versions des articles',
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(fields=('article', 'number'), name='article_version_once'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='article_version_has_title')],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='picture',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='editorial.illustration', verbose_name='image'),
        ),
        CreateModelAlone(
            name='IllustrationRendition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('width', models.PositiveIntegerField(verbose_name='largeur')),
                ('height', models.PositiveIntegerField(verbose_name='hauteur')),
                ('file', models.FileField(max_length=200, upload_to='illustrations/%Y/%m/', verbose_name='fichier')),
                ('illustration', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='renditions', to='editorial.illustration', verbose_name='illustration')),
            ],
            options={
                'verbose_name': 'image redimensionnée',
                'verbose_name_plural': 'images redimensionnées',
                'ordering': ['width'],
                'constraints': [models.UniqueConstraint(fields=('illustration', 'width'), name='rendition_once'), models.CheckConstraint(condition=models.Q(('file', ''), _negated=True), name='rendition_has_file')],
            },
        ),
        CreateModelAlone(
            name='Rubric',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True, verbose_name='adresse')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='nom')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='ce qu’on y lit')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='rang')),
            ],
            options={
                'verbose_name': 'rubrique',
                'verbose_name_plural': 'rubriques',
                'ordering': ['position', 'name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='rubric_has_name')],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='rubric',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='editorial.rubric', verbose_name='rubrique'),
        ),
        CreateModelAlone(
            name='StandingPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('a-propos', 'À propos du registre'), ('mentions-legales', 'Mentions légales'), ('donnees-personnelles', 'Données personnelles'), ('accessibilite', 'Accessibilité'), ('cookies', 'Cookies')], max_length=24, verbose_name='page')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('body', models.TextField(verbose_name='texte')),
                ('saved_at', models.DateTimeField(verbose_name='enregistré le')),
                ('agreed_at', models.DateTimeField(blank=True, null=True, verbose_name='accepté le')),
                ('agreed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accepté par')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
            ],
            options={
                'verbose_name': 'texte permanent',
                'verbose_name_plural': 'textes permanents',
                'ordering': ['subject', '-number'],
                'constraints': [models.UniqueConstraint(fields=('subject', 'number'), name='standing_page_once'), models.CheckConstraint(condition=models.Q(('subject__in', ['a-propos', 'mentions-legales', 'donnees-personnelles', 'accessibilite', 'cookies'])), name='standing_subject_known'), models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='standing_page_has_text')],
            },
        ),
        CreateModelAlone(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True, verbose_name='adresse')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
            ],
            options={
                'verbose_name': 'mot-clé',
                'verbose_name_plural': 'mots-clés',
                'ordering': ['slug'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='tag_has_name')],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='tags',
            field=models.ManyToManyField(blank=True, related_name='articles', to='editorial.tag', verbose_name='mots-clés'),
        ),
        CreateModelAlone(
            name='WatchedLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=1000, unique=True, verbose_name='adresse')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='essayée le')),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='réponse')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='défaut')),
                ('failing_since', models.DateTimeField(blank=True, null=True, verbose_name='en défaut depuis')),
                ('articles', models.ManyToManyField(related_name='watched_links', to='editorial.article', verbose_name='articles')),
            ],
            options={
                'verbose_name': 'lien surveillé',
                'verbose_name_plural': 'liens surveillés',
                'ordering': ['url'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('failing_since', None), ('problem', '')), models.Q(models.Q(('problem', ''), _negated=True), ('failing_since__isnull', False)), _connector='OR'), name='watched_link_fails_since')],
            },
        ),
        CreateModelAlone(
            name='ArticleComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='sur la version')),
                ('text', models.TextField(verbose_name='texte')),
                ('at', models.DateTimeField(verbose_name='écrit le')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='réglé le')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='editorial.article', verbose_name='article')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='auteur')),
                ('resolved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='réglé par')),
            ],
            options={
                'verbose_name': 'remarque sur un article',
                'verbose_name_plural': 'remarques sur les articles',
                'ordering': ['at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='article_comment_has_text')],
            },
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['is_national', 'publish_at'], name='article_by_date'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='article_has_title'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['redaction', 'relecture', 'acceptee'])), name='article_state_known'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('is_national', True), ('campus__isnull', False), _connector='OR'), name='article_is_somewhere'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('publish_at', None), ('shown_version__isnull', False), _connector='OR'), name='article_dated_when_agreed'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('withdraw_at', None), ('withdraw_at__gte', models.F('publish_at')), _connector='OR'), name='article_withdrawn_after'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('shown_version', None), ('shown_version__lte', models.F('version')), _connector='OR'), name='article_shows_a_version'),
        ),
    ]
