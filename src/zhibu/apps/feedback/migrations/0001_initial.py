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
            name='Evaluation',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('conduct', '行风评议'), ('windows', '窗口评比'), ('visit', '暗访检查'), ('other', '其他评议')], max_length=10)),
                ('title', models.CharField(max_length=120)),
                ('body', models.CharField(max_length=120)),
                ('held_on', models.DateField()),
                ('findings', models.TextField(max_length=4000)),
                ('recorded_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='organizations.organization')),
            ],
            options={
                'ordering': ['-held_on', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['conduct', 'windows', 'visit', 'other'])), name='evaluation_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True), models.Q(('findings', ''), _negated=True)), name='evaluation_says_what')],
            },
        ),
        migrations.CreateModel(
            name='EvaluationPaper',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='feedback.evaluation')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('praise', '表扬'), ('complaint', '投诉'), ('suggestion', '建议'), ('other', '其他')], max_length=10)),
                ('state', models.CharField(choices=[('open', '待处理'), ('closed', '已处理')], default='open', max_length=6)),
                ('text', models.CharField(blank=True, max_length=1000)),
                ('struck', models.BooleanField(default=False)),
                ('said_on', models.DateField()),
                ('answer', models.CharField(blank=True, max_length=1000)),
                ('is_public', models.BooleanField(default=False)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='feedback', to='windows.windowpost')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feedback', to='windows.site')),
            ],
            options={
                'ordering': ['-said_on', '-id'],
                'indexes': [models.Index(fields=['site', 'state', 'said_on'], name='feedback_fe_site_id_5d9fb5_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['praise', 'complaint', 'suggestion', 'other'])), name='feedback_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('struck', True), _connector='OR'), name='feedback_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('closed_at__isnull', True), ('closed_by__isnull', True), ('is_public', False), ('state', 'open')), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('state', 'closed'), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='feedback_closed_or_open')],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=300)),
                ('due', models.DateField()),
                ('done_on', models.DateField(null=True)),
                ('done', models.CharField(blank=True, max_length=500)),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='feedback.evaluation')),
            ],
            options={
                'ordering': ['due', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='follow_up_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('done', ''), ('done_on__isnull', True)), models.Q(('done_on__isnull', False), models.Q(('done', ''), _negated=True)), _connector='OR'), name='follow_up_done_says_how')],
            },
        ),
    ]
