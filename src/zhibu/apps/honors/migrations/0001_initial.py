import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
        ('windows', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('place', models.CharField(max_length=120)),
                ('agreed_at', models.DateTimeField(null=True)),
                ('is_fit', models.BooleanField(null=True)),
                ('finding', models.CharField(blank=True, max_length=500)),
                ('withdrew_at', models.DateTimeField(null=True)),
                ('is_chosen', models.BooleanField(default=False)),
                ('found_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='candidacies', to='people.person')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Honor',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('title', '荣誉称号'), ('support', '支援急难'), ('service', '窗口服务年限')], default='title', max_length=10)),
                ('title', models.CharField(max_length=80)),
                ('year', models.PositiveSmallIntegerField()),
                ('conferred_by', models.CharField(blank=True, max_length=120)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_for', models.CharField(blank=True, max_length=300)),
                ('corrects', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='honors.honor')),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='honors', to='organizations.organization')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='honors', to='people.person')),
            ],
            options={
                'ordering': ['-year', 'title'],
                'constraints': [models.CheckConstraint(condition=models.Q(('person__isnull', True), ('organization__isnull', True), _connector='XOR'), name='honor_of_one'), models.CheckConstraint(condition=models.Q(('kind__in', ['title', 'support', 'service'])), name='honor_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_for', '')), models.Q(('withdrawn_at__isnull', False), models.Q(('withdrawn_for', ''), _negated=True)), _connector='OR'), name='honor_withdrawn_with_reason'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('person', 'title', 'year'), name='honor_once'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('organization', 'title', 'year'), name='honor_of_organization_once')],
            },
        ),
        migrations.CreateModel(
            name='HonorPaper',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('honor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='honors.honor')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Nomination',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=500)),
                ('made_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='nominations_made', to='people.person')),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nominations', to='honors.candidate')),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='nominations', to='organizations.organization')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('candidate', 'by'), name='nomination_once'), models.UniqueConstraint(condition=models.Q(('organization__isnull', False)), fields=('candidate', 'organization'), name='nomination_of_organization_once')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=2000)),
                ('raised_at', models.DateTimeField()),
                ('is_upheld', models.BooleanField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=500)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections_raised', to='people.person')),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objections', to='honors.candidate')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PioneerCriteria',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateField()),
                ('text', models.TextField(max_length=2000)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pioneer_criteria', to='organizations.organization')),
            ],
            options={
                'ordering': ['-since'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'since'), name='pioneer_criteria_once')],
            },
        ),
        migrations.CreateModel(
            name='PioneerPost',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('place', models.CharField(max_length=80)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('criteria', models.TextField(max_length=2000)),
                ('commitments', models.TextField(max_length=1000)),
                ('ended_for', models.CharField(blank=True, max_length=300)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pioneer_posts', to='organizations.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pioneer_posts', to='people.person')),
                ('window_post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pioneer_posts', to='windows.windowpost')),
            ],
            options={
                'ordering': ['-since', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='pioneer_post_has_days'), models.CheckConstraint(condition=models.Q(models.Q(('commitments', ''), _negated=True), models.Q(('criteria', ''), _negated=True)), name='pioneer_post_commits')],
            },
        ),
        migrations.CreateModel(
            name='Recusal',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=300)),
                ('declared_at', models.DateTimeField()),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recusals', to='honors.candidate')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recusals', to='people.person')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('candidate', 'person'), name='recusal_once')],
            },
        ),
        migrations.CreateModel(
            name='Selection',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=80)),
                ('year', models.PositiveSmallIntegerField()),
                ('text', models.TextField(max_length=5000)),
                ('places', models.PositiveSmallIntegerField()),
                ('service_years', models.PositiveSmallIntegerField(default=0)),
                ('not_within', models.PositiveSmallIntegerField(default=0)),
                ('called_on', models.DateField()),
                ('nominate_until', models.DateField()),
                ('notice_days', models.PositiveSmallIntegerField()),
                ('stage', models.CharField(choices=[('nominating', '推荐'), ('reviewing', '审查'), ('notice', '公示'), ('voting', '投票'), ('closed', '已公布'), ('called_off', '已终止')], default='nominating', max_length=10)),
                ('notice_since', models.DateField(null=True)),
                ('notice_last', models.DateField(null=True)),
                ('voters', models.PositiveIntegerField(null=True)),
                ('closed_on', models.DateField(null=True)),
                ('remark', models.CharField(blank=True, max_length=300)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='selections', to='organizations.organization')),
            ],
            options={
                'ordering': ['-year', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['nominating', 'reviewing', 'notice', 'voting', 'closed', 'called_off'])), name='selection_stage_known'), models.CheckConstraint(condition=models.Q(('places__gte', 1)), name='selection_has_places'), models.UniqueConstraint(condition=models.Q(('stage', 'called_off'), _negated=True), fields=('organization', 'title', 'year'), name='selection_once')],
            },
        ),
        migrations.AddField(
            model_name='candidate',
            name='selection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='candidates', to='honors.selection'),
        ),
        migrations.CreateModel(
            name='SelectionRound',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('held_on', models.DateField()),
                ('places', models.PositiveSmallIntegerField()),
                ('issued', models.PositiveIntegerField()),
                ('returned', models.PositiveIntegerField()),
                ('void', models.PositiveIntegerField()),
                ('tellers', models.CharField(max_length=120)),
                ('selection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rounds', to='honors.selection')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SelectionVotes',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='honors.candidate')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='honors.selectionround')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('of', 'candidate'), name='votes_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='candidate',
            constraint=models.UniqueConstraint(fields=('selection', 'person'), name='candidate_of_selection_once'),
        ),
    ]
