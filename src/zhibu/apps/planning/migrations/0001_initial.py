import datetime
import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('meetings', '0001_initial'),
        ('organizations', '0001_initial'),
        ('people', '0001_initial'),
        ('people', '__first__'),
        ('windows', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('is_whole', models.BooleanField(default=False)),
                ('month', models.DateField()),
                ('state', models.CharField(choices=[('waiting', '等待排定'), ('running', '正在排定'), ('proposed', '建议'), ('failed', '未能排定'), ('accepted', '已采用'), ('dropped', '已放弃')], default='waiting', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('begun_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('objective', models.IntegerField(blank=True, null=True)),
                ('bound', models.IntegerField(blank=True, null=True)),
                ('counted', models.JSONField(default=dict)),
                ('assumed', models.JSONField(default=dict)),
                ('broken', models.JSONField(default=list)),
                ('is_stale', models.BooleanField(default=False)),
                ('trouble', models.CharField(blank=True, max_length=300)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('keeps', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='kept_by', to='planning.plan')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='organizations.organization')),
            ],
            options={
                'ordering': ['-asked_at'],
                'indexes': [models.Index(fields=['state', 'asked_at'], name='planning_pl_state_ff7922_idx'), models.Index(fields=['organization', 'month'], name='planning_pl_organiz_e34bbd_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'proposed', 'failed', 'accepted', 'dropped'])), name='plan_state_known')],
            },
        ),
        migrations.CreateModel(
            name='PlanItem',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('general_meeting', '支部党员大会'), ('branch_committee_meeting', '支部委员会会议'), ('committee_meeting', '委员会会议'), ('group_meeting', '党小组会'), ('lesson', '党课'), ('theme_day', '主题党日'), ('organization_life_meeting', '组织生活会'), ('appraisal', '民主评议党员')], max_length=30)),
                ('requirement', models.CharField(blank=True, max_length=60)),
                ('is_wanted', models.BooleanField(default=True)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('minutes', models.PositiveSmallIntegerField()),
                ('turns', models.PositiveSmallIntegerField(default=1)),
                ('quorum', models.PositiveSmallIntegerField(default=0)),
                ('voters', models.PositiveSmallIntegerField(default=0)),
                ('audience', models.PositiveSmallIntegerField(default=0)),
                ('relaxations', models.JSONField(default=list)),
                ('before', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.planitem')),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='meetings.meeting')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='planning.plan')),
            ],
            options={
                'ordering': ['plan', 'organization__path', 'kind', 'first'],
                'constraints': [models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='plan_item_last_not_before_first'), models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('turns__gte', 1)), name='plan_item_lasts')],
            },
        ),
        migrations.CreateModel(
            name='PlanSession',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('place', models.CharField(blank=True, max_length=80)),
                ('is_main', models.BooleanField(default=False)),
                ('is_pinned', models.BooleanField(default=False)),
                ('cover', models.JSONField(default=list)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='planning.planitem')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='planned', to='meetings.session')),
            ],
            options={
                'ordering': ['starts_at', 'item'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='plan_session_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='PlanSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('duty', '当班参加'), ('extension', '班前班后参加'), ('callin', '休息日返岗'), ('missed', '不能参加')], max_length=10)),
                ('why', models.JSONField(default=list)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='planning.planitem')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_seats', to='people.person')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='planning.plansession')),
            ],
            options={
                'ordering': ['item', 'session', 'person'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('session__isnull', True), ('way', 'missed')), models.Q(('session__isnull', False), models.Q(('way', 'missed'), _negated=True)), _connector='OR'), name='plan_seat_missed_or_seated')],
            },
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, unique=True)),
                ('capacity', models.PositiveSmallIntegerField()),
                ('opens', models.TimeField(default=datetime.time(8, 0))),
                ('closes', models.TimeField(default=datetime.time(20, 0))),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='organizations.organization')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='windows.site')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('capacity__gte', 1)), name='room_holds_somebody'), models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='room_closes_after_opening')],
            },
        ),
        migrations.AddField(
            model_name='plansession',
            name='room',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.room'),
        ),
        migrations.CreateModel(
            name='Hindered',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('reason', models.CharField(max_length=120)),
                ('said_at', models.DateTimeField()),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hindered', to='people.person')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='meetings.session')),
            ],
            options={
                'ordering': ['day', 'said_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('person', 'day'), name='hindered_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hindered_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Journey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.PositiveSmallIntegerField()),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='windows.site')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='windows.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('one', 'other'), name='journey_once'), models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='journey_in_order')],
            },
        ),
    ]
