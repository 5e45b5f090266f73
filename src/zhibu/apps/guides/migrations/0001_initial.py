import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('windows', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Guide',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('audience', models.CharField(choices=[('public', '公众'), ('units', '对口指导单位'), ('internal', '内部')], max_length=8)),
                ('read_again_by', models.DateField(null=True)),
                ('withdrawn_because', models.CharField(blank=True, max_length=300)),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guides', to='windows.section')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('audience__in', ['public', 'units', 'internal'])), name='guide_audience_known')],
            },
        ),
        migrations.CreateModel(
            name='GuidedUnit',
            fields=[
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('contact', models.CharField(blank=True, max_length=120)),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guided_units', to='windows.section')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='guided_unit_until_after_since'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('name',), name='guided_unit_one_open'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='guided_unit_has_name')],
            },
        ),
        migrations.CreateModel(
            name='GuideVersion',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('draft', '草稿'), ('review', '待审核'), ('published', '已发布')], default='draft', max_length=10)),
                ('title', models.CharField(max_length=80)),
                ('text', models.TextField(max_length=20000)),
                ('keywords', models.CharField(blank=True, max_length=200)),
                ('written_at', models.DateTimeField()),
                ('revision', models.PositiveIntegerField(default=1)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('returned', models.CharField(blank=True, max_length=500)),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='guides.guide')),
                ('reviewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('writer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'ordering': ['guide', 'number'],
                'constraints': [models.UniqueConstraint(fields=('guide', 'number'), name='guide_version_number_once'), models.UniqueConstraint(condition=models.Q(('state', 'published'), _negated=True), fields=('guide',), name='guide_version_one_being_written'), models.UniqueConstraint(condition=models.Q(('state', 'published'), ('until__isnull', True)), fields=('guide',), name='guide_version_one_in_force'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'review', 'published'])), name='guide_version_state_known'), models.CheckConstraint(condition=models.Q(('reviewer__isnull', True), models.Q(('reviewer', models.F('writer')), _negated=True), _connector='OR'), name='guide_version_reviewed_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('reviewed_at__isnull', False), ('reviewer__isnull', False), ('since__isnull', False)), _connector='OR'), name='guide_version_published_was_reviewed'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='guide_version_until_not_before_since'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='guide_version_says_something')],
            },
        ),
        migrations.CreateModel(
            name='Helped',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('times', models.PositiveIntegerField(default=0)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='helped', to='guides.guideversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('version', 'day'), name='helped_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(choices=[('public', '公众'), ('unit', '对口指导单位'), ('staff', '本单位职工')], max_length=8)),
                ('state', models.CharField(choices=[('open', '待答复'), ('answered', '已答复'), ('closed', '已办结')], default='open', max_length=8)),
                ('text', models.TextField(blank=True, max_length=1000)),
                ('struck', models.BooleanField(default=False)),
                ('looked_for', models.CharField(blank=True, max_length=100)),
                ('code_sha256', models.CharField(max_length=64, unique=True)),
                ('asked_at', models.DateTimeField()),
                ('promised', models.DateField()),
                ('moved_because', models.CharField(blank=True, max_length=300)),
                ('answer', models.TextField(blank=True, max_length=4000)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('guide', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='questions', to='guides.guide')),
                ('section', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='windows.section')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='guides.guidedunit')),
            ],
            options={
                'ordering': ['promised', 'id'],
                'indexes': [models.Index(fields=['state', 'section', 'promised'], name='guides_ques_state_f3b566_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('struck', True), _connector='OR'), name='question_asks_something'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'answered', 'closed'])), name='question_state_known'), models.CheckConstraint(condition=models.Q(('source__in', ['public', 'unit', 'staff'])), name='question_source_known'), models.CheckConstraint(condition=models.Q(('unit__isnull', True), ('source', 'unit'), _connector='OR'), name='question_unit_asks'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='question_answered_or_open')],
            },
        ),
    ]
